import { migrateEventStore } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { migrateMembership, migrateSubjectKeys } from '@privity/service/migration';
import pg from 'pg';
import { OPEN_CALLS } from './open-call-tables.js';

/**
 * Fingerprints are unlogged on purpose: they are short-lived, and stand in no write-ahead log and no backup. A crash loses them,
 * and a repeated call is then compared with its decision.
 */
const TABLES = `
create unlogged table if not exists call_fingerprint (
  call text primary key,
  epoch text not null,
  fingerprint bytea not null,
  expires_at timestamptz not null
);
create index if not exists call_fingerprint_expiry on call_fingerprint (expires_at);

create table if not exists directory_import (
  id uuid primary key,
  kind text not null,
  digest text not null,
  state text not null check (state in ('reading', 'applied', 'failed')),
  rows integer not null default 0,
  added integer not null default 0,
  unchanged integer not null default 0,
  rejected_count integer not null default 0,
  rejected jsonb not null default '[]',
  problem jsonb
);
-- The replica that reads it.
alter table directory_import add column if not exists holder uuid;

-- Keyed digest of what the roster said of a person, so that an import finds changes without opening sealed values.
create table if not exists roster_person (
  caller text primary key,
  digest text not null
);
`;

/** Lays out routing's database, as its owner; safe to repeat. The service role gets no more than it needs. */
export async function migrate(owner: pg.ClientBase, options: { readonly serviceRole: string }): Promise<void> {
  await migrateEventStore(owner, options);
  await migrateEventStream(owner, options);
  await migrateSubjectKeys(owner, options);
  await migrateMembership(owner, options);
  await owner.query(TABLES);
  await owner.query(OPEN_CALLS);
  const role = pg.escapeIdentifier(options.serviceRole);
  await owner.query(
    `grant select, insert, update, delete on call_fingerprint, directory_import, roster_person, open_call to ${role};
     grant select, update on open_call_reading, open_call_clock to ${role}`,
  );
}
