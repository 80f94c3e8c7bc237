export const readHeads = `select shard, position, id from event_store.head order by shard`;
