export const readIdAt = `select id from event_store.event where shard = $1 and position = $2`;
