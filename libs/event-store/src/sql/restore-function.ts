/**
 * Puts back events that a restore lost, byte for byte, at the end of a shard. Owner only. Refuses (PV002) what does not
 * follow the head: a fork is never overwritten.
 */
export const restoreFunction = `
create or replace function event_store.restore(in_shard int, texts text[]) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  head event_store.head;
  body text;
  e json;
  version int;
begin
  select * into strict head from event_store.head h where h.shard = in_shard for update;
  foreach body in array texts loop
    e := body::json;
    version := coalesce((select max(s.sequence) from event_store.event s where s.stream = e ->> 'subject'), 0);
    if (e ->> 'shard')::int <> in_shard or (e ->> 'position')::bigint <> head.position + 1
       or (e ->> 'previd')::uuid is distinct from head.id or (e ->> 'sequence')::int <> version + 1 then
      raise exception 'event % does not follow %/%', e ->> 'id', in_shard, head.position using errcode = 'PV002';
    end if;
    head.position := head.position + 1;
    head.id := (e ->> 'id')::uuid;
    insert into event_store.event (shard, position, stream, sequence, id, event)
      values (in_shard, head.position, e ->> 'subject', version + 1, head.id, body);
  end loop;
  update event_store.head h set position = head.position, id = head.id where h.shard = in_shard;
  return head.position;
end $$`;
