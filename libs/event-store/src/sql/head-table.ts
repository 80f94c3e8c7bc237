import { SHARDS } from '@privity/kernel';

/**
 * One row a shard, for ever: its lock orders the appends, its position numbers them. The low fill factor keeps the
 * constant updates in place.
 */
export const headTable = `
create table if not exists event_store.head (
  shard int primary key check (shard >= 0),
  position bigint not null default 0,
  id uuid,
  check ((position = 0) = (id is null))
) with (fillfactor = 10)`;

/** Only into an empty table: a store with another number of shards must stay as it is and be refused. */
export const headRows = `
insert into event_store.head (shard)
select s from generate_series(0, ${SHARDS - 1}) s where not exists (select from event_store.head)`;
