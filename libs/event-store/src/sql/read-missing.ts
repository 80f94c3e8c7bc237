/** Of these (shard, position, id), those that the store does not hold. */
export const readMissing = `
select k.shard, k.position from unnest($1::int[], $2::bigint[], $3::uuid[]) k(shard, position, id)
where not exists (
  select from event_store.event e where e.shard = k.shard and e.position = k.position and e.id = k.id)
order by k.shard`;
