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
  shards int[], streams text[], expected bigint[],
  owners int[], ids uuid[], bodies text[])
returns table (ord int, written boolean, version int, first_position bigint, first_previd uuid,
               known_texts text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
    where k.position > 0 and not exists (
      select from event_store.event e where e.shard = k.shard and e.position = k.position and e.id = k.id)
    limit 1;
  if lost is not null then
    raise exception 'event % is missing or another', lost using errcode = 'PV001';
  end if;

  -- scalar subqueries go by the unique indexes; a join here is a hash join and costs four fifths of the rate
  return query
  with asked as materialized (
    select a.ord, a.shard, a.stream, a.expected,
           coalesce((select s.sequence from event_store.stream s where s.stream = a.stream), 0) as version
      from unnest(shards, streams, expected) with ordinality a(shard, stream, expected, ord)),
  sent as materialized (
    select e.n, e.id, e.body, a.ord, a.shard, a.stream, a.version,
           a.expected = -1 or a.expected = a.version as as_expected,
           (select x.position from event_store.event x where x.id = e.id and x.shard = a.shard) as known
      from unnest(owners, ids, bodies) with ordinality e(owner, id, body, n)
      join asked a on a.ord = e.owner),
  judged as materialized (
    select s.*, bool_or(s.known is not null) over (partition by s.ord) as repeated from sent s),
  -- conflicts and repeats leave before numbering: no gap, and no harm to their neighbours
  accepted as materialized (
    select j.*, row_number() over by_shard as r, lag(j.id) over by_shard as before,
           row_number() over (partition by j.ord order by j.n) as k
      from judged j where j.as_expected and not j.repeated
      window by_shard as (partition by j.shard order by j.n)),
  counted as (
    select a.shard, count(*) as n, (array_agg(a.id order by a.n desc))[1] as last from accepted a group by a.shard),
  base as materialized (
    select h.shard, h.position, h.id from event_store.head h where h.shard in (select c.shard from counted c)),
  moved as (
    update event_store.head h set position = h.position + c.n, id = c.last from counted c where h.shard = c.shard),
  placed as materialized (
    select a.*, b.position + a.r as position, a.version + a.k as sequence, coalesce(a.before, b.id) as previd
      from accepted a join base b on b.shard = a.shard),
  grown as (
    insert into event_store.stream (stream, shard, sequence)
    select p.stream, p.shard, max(p.sequence) from placed p group by p.stream, p.shard
    on conflict on constraint stream_pkey do update set sequence = excluded.sequence),
  kept as (
    insert into event_store.event (shard, position, stream, sequence, id, event)
    select p.shard, p.position, p.stream, p.sequence, p.id,
           p.body || ',"sequence":"' || p.sequence || '","shard":' || p.shard || ',"position":"' || p.position || '"' ||
           case when p.previd is null then '' else ',"previd":"' || p.previd || '"' end || '}'
      from placed p)
  select j.ord::int, bool_and(p.n is not null), coalesce(max(p.sequence), max(j.version))::int,
         min(p.position), (array_agg(p.previd order by j.n))[1],
         case when bool_or(j.repeated) then array_agg(
           (select x.event from event_store.event x where x.shard = j.shard and x.position = j.known) order by j.n) end
    from judged j left join placed p on p.n = j.n
    group by j.ord order by j.ord;
end $$`;
