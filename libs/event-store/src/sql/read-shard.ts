export const readShard = `
select shard, position, stream, sequence, id, event from event_store.event
where shard = $1 and position > $2 order by position limit $3`;
