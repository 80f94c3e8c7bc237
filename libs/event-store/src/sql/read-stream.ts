export const readStream = `
select shard, position, stream, sequence, id, event from event_store.event
where stream = $1 and sequence > $2 order by sequence`;
