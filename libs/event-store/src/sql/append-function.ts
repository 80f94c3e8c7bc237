/** The function as it was before it took its lists in binary form; a store that was laid out with it must not keep it. */
export const dropFormerAppend = `
drop function if exists event_store.append(
  text, int[], bigint[], uuid[], int[], int[], text[], bigint[], uuid[], text[])`;

/**
 * Many appends at once, each of 1..n events for one stream, each with its own answer. Runs as the owner: the service
 * role may append, and write in no other way.
 *
 * known_*: each shard that is written to, with the newest event that the caller knows of it (0 and null: none). A store in
 * which one is missing is not the store that the caller knew, and is left alone (SQLSTATE PV001).
 * One element an event: owners (the append it belongs to, from 1, those of one append together), shards, expected (-1:
 * any), streams, ids, bodies.
 * Answers with one element an event, as texts of arrays: its position and predecessor, or null where its append was not
 * written; its sequence, or the version that its stream has. `known`: texts of ids that were there already, null if none was.
 */
export const appendFunction = `
create or replace function event_store.append(
  expected_identity text, known_shards int[], known_positions bigint[], known_ids uuid[],
  owners int[], shards int[], expected bigint[], streams text[], ids uuid[], bodies text[],
  out placed text, out sequenced text, out preceded text, out known text[])
language plpgsql security definer
set search_path = pg_catalog, pg_temp
-- the plan is the same for any batch, and planning would cost more than a small batch takes
set plan_cache_mode = force_generic_plan
as $$
declare
  this text := (pg_control_system()).system_identifier || '/' ||
    ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int;
  held record;
  -- by shard + 1: lists count from one
  heads bigint[];
  newest uuid[];
  versions int[];
  repeating int[];
  positions bigint[] := array_fill(null::bigint, array[cardinality(ids)]);
  previds uuid[] := array_fill(null::uuid, array[cardinality(ids)]);
  owner int := 0;
  version int;
  accepted boolean;
  s int;
begin
  -- few statements: starting one costs as much as several events
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'append needs read committed' using errcode = '25001';
  end if;
  if this <> expected_identity then
    raise exception 'this is database %, not %', this, expected_identity using errcode = 'PV001';
  end if;

  -- in order, so that no two appends wait for each other; and a statement of its own, so that the next ones take a new
  -- snapshot and see what this lock waited for
  for held in
    select h.shard, h.position, h.id, k.position as known_position, k.id as known_id,
           (select e.id from event_store.event e where e.shard = k.shard and e.position = k.position) as found_id
      from event_store.head h
      join unnest(known_shards, known_positions, known_ids) k(shard, position, id) on k.shard = h.shard
      order by h.shard for update of h
  loop
    if held.found_id is distinct from held.known_id then
      raise exception 'event %/% is missing or another', held.shard, held.known_position using errcode = 'PV001';
    end if;
    heads[held.shard + 1] := held.position;
    newest[held.shard + 1] := held.id;
  end loop;

  -- scalar subqueries go by the unique indexes: a join here is a hash join and costs four fifths of the rate
  select array_agg(coalesce((select e.sequence from event_store.event e where e.stream = u.stream
                             order by e.sequence desc limit 1), 0)),
         array_agg(u.owner) filter (
           where (select e.shard from event_store.event e where e.id = u.id and e.shard = u.shard) is not null)
    into versions, repeating
    from unnest(owners, shards, streams, ids) u(owner, shard, stream, id);
  if repeating is not null then
    known := array(
      select (select e.event from event_store.event e where e.id = u.id and e.shard = u.shard)
        from unnest(shards, ids) u(shard, id));
  end if;

  -- conflicts and repeats leave no gap, and do not harm their neighbours. A loop over lists costs half of what windows do
  for i in 1 .. cardinality(ids) loop
    s := shards[i] + 1;
    if heads[s] is null then
      raise exception 'shard % is not among those known', shards[i] using errcode = '22023';
    end if;
    if owners[i] <> owner then
      owner := owners[i];
      version := versions[i];
      accepted := (expected[i] = -1 or expected[i] = version) and (repeating is null or owner <> all(repeating));
    end if;
    if accepted then
      version := version + 1;
      heads[s] := heads[s] + 1;
      versions[i] := version;
      positions[i] := heads[s];
      previds[i] := newest[s];
      newest[s] := ids[i];
    end if;
  end loop;

  with kept as (
    insert into event_store.event (shard, position, stream, sequence, id, event)
    select u.shard, u.position, u.stream, u.sequence, u.id,
           -- the attributes first: each concatenation copies what it is given
           u.body || (',"sequence":"' || u.sequence || '","shard":' || u.shard || ',"position":"' || u.position || '"'
                      || case when u.previd is null then '' else ',"previd":"' || u.previd || '"' end || '}')
      from unnest(shards, positions, streams, versions, ids, bodies, previds)
           u(shard, position, stream, sequence, id, body, previd)
      where u.position is not null)
  update event_store.head h set position = heads[h.shard + 1], id = newest[h.shard + 1]
    where h.position <> heads[h.shard + 1];
  placed := positions;
  sequenced := versions;
  preceded := previds;
end $$`;
