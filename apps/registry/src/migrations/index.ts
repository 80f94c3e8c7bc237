import { migrateEventStore } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { migrateMembership, migrateSubjectKeys } from '@privity/service/migration';
import pg from 'pg';
import { CASES } from './case-tables.js';
import { CALL_BACK_CODES } from './call-back-table.js';
import { NOTICES } from './notice-tables.js';

const IMPORTS = `
create table if not exists import_report (
  import_id uuid primary key,
  kind text not null check (kind in ('bar-roll', 'do-not-record')),
  digest text not null,
  state text not null check (state in ('reading', 'applied', 'failed')),
  rows integer not null default 0,
  added integer not null default 0,
  unchanged integer not null default 0,
  rejected_count integer not null default 0,
  rejected jsonb not null default '[]',
  problem jsonb,
  actor text not null
);
-- The replica that reads it.
alter table import_report add column if not exists holder uuid;
alter table import_report add column if not exists encoding text not null default 'utf-8';
-- Which file came after which, and what a held one lost.
create sequence if not exists import_turn;
alter table import_report add column if not exists turn bigint not null default nextval('import_turn');
alter table import_report add column if not exists losses jsonb;
alter table import_report drop constraint if exists import_report_state_check;
alter table import_report add constraint import_report_state_check
  check (state in ('reading', 'applied', 'held', 'failed'));

create table if not exists list_entry (
  scope text not null,
  entry text not null,
  first_seen bigint not null,
  last_seen bigint not null,
  departed_at timestamptz,
  primary key (scope, entry)
);
-- The file that no longer had it.
alter table list_entry add column if not exists departed_by bigint;
-- Whose whole a file is, and what was counted of it while it was read; null for files from before that.
alter table import_report add column if not exists list text;
alter table import_report add column if not exists entries integer;
alter table import_report add column if not exists entries_digest text;
alter table import_report add column if not exists comparison jsonb;
`;

const REGISTRATIONS = `
create table if not exists registration (
  id uuid primary key,
  attorney text not null,
  registered_as text not null,
  received uuid not null,
  due timestamptz not null,
  entered_by text,
  matched boolean,
  escalated uuid,
  answered uuid
);
create index if not exists registration_open on registration (due, id) where answered is null;
create index if not exists registration_attorney on registration (attorney) where answered is null;
`;

/** Lays out the registry's database, or brings it up to date. Run as owner; safe to run again. */
export async function migrate(owner: pg.Client, options: { readonly serviceRole: string }): Promise<void> {
  await migrateEventStore(owner, options);
  await migrateEventStream(owner, options);
  await migrateSubjectKeys(owner, options);
  await migrateMembership(owner, options);
  await owner.query(IMPORTS);
  await owner.query(CASES);
  await owner.query(NOTICES);
  await owner.query(CALL_BACK_CODES);
  await owner.query(REGISTRATIONS);
  const role = pg.escapeIdentifier(options.serviceRole);
  await owner.query(`
    grant select, insert, update on import_report, list_entry, attestation, booking, outbox_notice, registration to ${role};
    grant select, insert, update, delete on registry_case, call_back_code to ${role};
    grant usage on sequence import_turn to ${role};`);
}
