import { migrateEventStore } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { migrateMembership } from '@privity/service/migration';
import pg from 'pg';

const TABLES = `
create table if not exists call_media (
  call text primary key,
  call_id text,
  decision uuid not null,
  phase text not null check (phase in ('decided', 'claimed', 'recorded', 'attested')),
  recording uuid unique,
  check ((recording is null) = (phase in ('decided', 'attested')))
);
-- Which replica has a claimed call in hand, and what another one was told meanwhile of why it must stop.
alter table call_media add column if not exists holder uuid;
alter table call_media add column if not exists stop text;
-- The event by which a party said that the call is privileged.
alter table call_media add column if not exists privileged uuid;
create index if not exists call_media_claimed on call_media (call) where phase = 'claimed';
create index if not exists call_media_call_id on call_media (call_id) where recording is not null;

create table if not exists recording_key (
  recording uuid primary key,
  wrapped text,
  destroyed_at timestamptz,
  check ((wrapped is null) = (destroyed_at is not null))
);

create table if not exists playback_session (
  playback uuid primary key,
  recording uuid not null,
  person text not null,
  granted_at timestamptz not null default now()
);

create table if not exists protected_number (index text primary key, cause uuid not null);
-- When two people ended it; null: it stands. What was recorded before that is sealed all the same.
alter table protected_number add column if not exists ended_at timestamptz;
create table if not exists recorded_number (recording uuid primary key, dialed text not null);
create index if not exists recorded_number_dialed on recorded_number (dialed);
-- Who called, and when the recording ended (null: not yet, as far as is known), also of those that were there before.
alter table recorded_number add column if not exists caller text;
alter table recorded_number add column if not exists ended_at timestamptz;
create index if not exists recorded_number_caller on recorded_number (caller);
update recorded_number r
  set caller = begun.event::json -> 'data' ->> 'caller',
      ended_at = (select (e.event::json ->> 'time')::timestamptz from event_store.event e
        where e.stream = begun.stream and e.event::json ->> 'type' = 'recording.RecordingCompleted')
  from event_store.event begun
  where r.caller is null and begun.stream = 'recording-' || r.recording and begun.sequence = 1;

-- Numbers beside the dialled one that a call had to do with, recorded or not.
create table if not exists recorded_other (recording uuid not null, number text not null, primary key (recording, number));
create index if not exists recorded_other_number on recorded_other (number);

create schema if not exists recordings_v1;
create table if not exists recordings_v1.recording (
  recording uuid primary key,
  call text not null,
  facility text not null,
  started_at timestamptz not null,
  state text not null,
  seconds double precision,
  bytes bigint,
  salt text,
  digest text,
  ending text,
  sealed boolean not null default false
);
create index if not exists recording_by_time on recordings_v1.recording (started_at desc, recording desc) where not sealed;
create index if not exists recording_by_facility
  on recordings_v1.recording (facility, started_at desc, recording desc) where not sealed;
create table if not exists recordings_v1.playback (
  playback uuid primary key,
  recording uuid not null,
  person text not null,
  purpose text not null,
  case_number text,
  granted_at timestamptz not null,
  heard jsonb not null default '[]'
);
create index if not exists playback_of_recording on recordings_v1.playback (recording);
`;

/** Lays out the recording service's database. Run as owner; safe to run again. */
export async function migrate(owner: pg.ClientBase, options: { readonly serviceRole: string }): Promise<void> {
  await migrateEventStore(owner, options);
  await migrateEventStream(owner, options);
  await migrateMembership(owner, options);
  await owner.query(TABLES);
  const role = pg.escapeIdentifier(options.serviceRole);
  await owner.query(`
    grant usage on schema public, recordings_v1 to ${role};
    grant select, insert, update, delete on
      call_media, recording_key, playback_session, protected_number, recorded_number, recorded_other to ${role};
    grant select, insert, update, delete on all tables in schema recordings_v1 to ${role};`);
}
