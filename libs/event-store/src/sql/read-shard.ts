/**
 * Positions have no gaps, so a page is a range. With a limit instead, a planner that has no statistics yet sorts all that
 * is left of the shard for every page.
 */
export const readShard = `
select shard, position, stream, sequence, id, event from event_store.event
where shard = $1 and position > $2::bigint and position <= $2::bigint + $3::bigint order by position`;

/** Whatever stands further on, where a page is empty: nothing, or what is behind a hole that should not be there. */
export const readShardBeyond = `
select shard, position, stream, sequence, id, event from event_store.event
where shard = $1 and position > $2 order by position limit $3`;
