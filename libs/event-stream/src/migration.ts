import { SHARDS } from '@privity/kernel';
import pg from 'pg';

const TABLES = `
create schema if not exists event_stream;

create table if not exists event_stream.relay (
  shard integer primary key,
  holder text,
  leased_until timestamptz,
  acked bigint not null default 0
);

create table if not exists event_stream.checkpoint (
  consumer text not null,
  version integer not null,
  source text not null,
  shard integer not null,
  position bigint not null default 0,
  id text,
  kafka_offset bigint,
  primary key (consumer, version, source, shard)
) with (fillfactor = 50);

create table if not exists event_stream.lease (
  consumer text not null,
  version integer not null,
  source text not null,
  shard integer not null,
  holder text,
  leased_until timestamptz,
  primary key (consumer, version, source, shard)
);

create table if not exists event_stream.member (
  consumer text not null,
  version integer not null,
  instance text not null,
  seen_until timestamptz not null,
  primary key (consumer, version, instance)
);

create table if not exists event_stream.halt (
  consumer text not null,
  version integer not null,
  source text not null,
  shard integer not null,
  code text not null,
  position bigint not null,
  id text,
  type text,
  cause text,
  halted_at timestamptz not null default now(),
  primary key (consumer, version, source, shard)
);

create table if not exists event_stream.parked (
  consumer text not null,
  version integer not null,
  source text not null,
  shard integer not null,
  position bigint not null,
  id text not null,
  type text not null,
  reason text not null,
  parked_by text not null,
  parked_at timestamptz not null default now(),
  primary key (consumer, version, source, shard, position)
);
`;

/**
 * Creates schema `event_stream`: relay leases beside a publisher's store, and checkpoints, halts and parked events of
 * the consumers in this database. Run as owner; safe to run again.
 */
export async function migrateEventStream(
  owner: pg.ClientBase,
  options: { readonly serviceRole: string },
): Promise<void> {
  const role = pg.escapeIdentifier(options.serviceRole);
  await owner.query(TABLES);
  await owner.query(
    'insert into event_stream.relay (shard) select generate_series(0, $1::int - 1) on conflict (shard) do nothing',
    [SHARDS],
  );
  await owner.query(`grant usage on schema event_stream to ${role}`);
  await owner.query(`grant select, insert, update, delete on all tables in schema event_stream to ${role}`);
}
