/**
 * Many appends at once, each of 1..n events for one stream, each with its own answer. Runs as the owner: the service
 * role may append, and write in no other way.
 *
 * known_*: the newest event that the caller knows of each shard it writes to. A store in which one is missing is not
 * the store that the caller knew, and is left alone (SQLSTATE PV001).
 * Answers, in order of the appends: written, the stream's version afterwards (or the version that it has), position and
 * predecessor of the first event, and for ids that were there already their texts.
 */
export const appendFunction = `
create or replace function event_store.append(
  expected_identity text, known_shards int[], known_positions bigint[], known_ids uuid[],
  owners int[], shards int[], streams text[], expected bigint[], ids uuid[], bodies text[])
returns table (ord int, written boolean, version int, first_position bigint, first_previd uuid, known_texts text[])
language plpgsql security definer
set search_path = pg_catalog, pg_temp
-- the plan is the same for any batch, and planning would cost more than a small batch takes
set plan_cache_mode = force_generic_plan
as $$
declare
  lost text;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'append needs read committed' using errcode = '25001';
  end if;

  -- in order, so that no two appends wait for each other; and a statement of its own, so that the next ones take a new
  -- snapshot and see what this lock waited for
  perform from event_store.head h where h.shard = any(shards) order by h.shard for update;

  if event_store.identity() <> expected_identity then
    raise exception 'this is database %, not %', event_store.identity(), expected_identity using errcode = 'PV001';
  end if;
  select k.shard || '/' || k.position into lost
    from unnest(known_shards, known_positions, known_ids) k(shard, position, id)
    where (select e.id from event_store.event e where e.shard = k.shard and e.position = k.position)
          is distinct from k.id
    limit 1;
  if lost is not null then
    raise exception 'event % is missing or another', lost using errcode = 'PV001';
  end if;

  -- scalar subqueries go by the unique indexes: a join here is a hash join and costs four fifths of the rate. The bodies
  -- stay in their array until they are inserted, because each step would copy them
  return query
  with sent as materialized (
    select e.n, e.owner, e.shard, e.stream, e.expected, e.id,
           coalesce((select s.sequence from event_store.stream s where s.stream = e.stream), 0) as version,
           (select x.event from event_store.event x where x.id = e.id and x.shard = e.shard) as known
      from unnest(owners, shards, streams, expected, ids)
           with ordinality e(owner, shard, stream, expected, id, n)),
  judged as (
    select s.*, row_number() over by_append as k,
           (s.expected = -1 or s.expected = s.version)
             and not bool_or(s.known is not null) over (partition by s.owner) as accepted
      from sent s window by_append as (partition by s.owner order by s.n)),
  -- conflicts and repeats are numbered apart: they leave no gap, and do not harm their neighbours
  numbered as (
    select j.*, row_number() over by_shard as r, lag(j.id) over by_shard as before
      from judged j window by_shard as (partition by j.shard, j.accepted order by j.n)),
  base as materialized (
    select h.shard, h.position, h.id from event_store.head h where h.shard = any(shards)),
  placed as materialized (
    select m.n, m.owner, m.shard, m.stream, m.id, m.known, m.accepted,
           case when m.accepted then b.position + m.r end as position,
           case when m.accepted then m.version + m.k else m.version end as sequence,
           coalesce(m.before, b.id) as previd
      from numbered m join base b on b.shard = m.shard),
  moved as (
    update event_store.head h set position = l.position, id = l.id
      from (select distinct on (p.shard) p.shard, p.position, p.id
              from placed p where p.accepted order by p.shard, p.position desc) l
      where h.shard = l.shard),
  grown as (
    insert into event_store.stream (stream, shard, sequence)
    select p.stream, p.shard, max(p.sequence) from placed p where p.accepted group by p.stream, p.shard
    on conflict on constraint stream_pkey do update set sequence = excluded.sequence),
  kept as (
    insert into event_store.event (shard, position, stream, sequence, id, event)
    select p.shard, p.position, p.stream, p.sequence, p.id,
           bodies[p.n] || ',"sequence":"' || p.sequence || '","shard":' || p.shard
           || ',"position":"' || p.position || '"'
           || case when p.previd is null then '' else ',"previd":"' || p.previd || '"' end || '}'
      from placed p where p.accepted)
  select p.owner, bool_and(p.accepted), max(p.sequence)::int, min(p.position),
         (array_agg(p.previd order by p.n))[1],
         case when bool_or(p.known is not null) then array_agg(p.known order by p.n) end
    from placed p group by p.owner order by p.owner;
end $$`;
