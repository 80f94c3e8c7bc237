import { SHARDS } from '@privity/kernel';

/**
 * Calls that were let through and of which nobody has said that they ended: their streams and times, no parties (P11).
 * Filled from the store beside it, each shard up to the position in `open_call_reading`, so that nothing is missed
 * through a crash, and what was decided before this table existed counts as well.
 */
export const OPEN_CALLS = `
create table if not exists open_call (
  stream text primary key,
  -- Times are of open_call_clock. Null: not connected.
  connected_at bigint,
  due_at bigint not null
);
create index if not exists open_call_due on open_call (due_at);

create table if not exists open_call_reading (
  shard integer primary key,
  position bigint not null default 0
);
insert into open_call_reading (shard) select generate_series(0, ${SHARDS - 1}) on conflict do nothing;

-- Milliseconds through which some replica has lived, so that a wall clock that steps ends no call.
create table if not exists open_call_clock (
  the_only boolean primary key default true check (the_only),
  lived_ms bigint not null default 0
);
insert into open_call_clock default values on conflict do nothing;
`;
