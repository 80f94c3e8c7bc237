/** Read models, each version in a schema of its own, and what the findings consumer remembers. */
export const READ_MODEL_TABLES = `
create schema if not exists accesses_v1;
create table if not exists accesses_v1.recording (
  recording text primary key,
  facility text not null,
  sealed boolean not null default false
);
create table if not exists accesses_v1.access (
  event uuid primary key,
  recording text not null,
  person text,
  at text not null,
  kind text not null,
  playback text,
  purpose text,
  case_number text,
  reason text,
  ranges jsonb
);
create index if not exists access_by_recording on accesses_v1.access (recording, at, event);
create index if not exists access_by_person on accesses_v1.access (person, at, event);

create schema if not exists findings_v1;
create table if not exists findings_v1.finding (
  event uuid primary key,
  kind text not null,
  about text not null,
  evidence text not null,
  detail text not null,
  at text not null
);
create index if not exists finding_by_time on findings_v1.finding (at, event);

create schema if not exists watch;
create table if not exists watch.unpermitted_decision (decision text primary key);
create table if not exists watch.protected_number (number text primary key, protected_at text not null);
-- A row for each time it was protected, until two people ended it; null: it stands.
alter table watch.protected_number add column if not exists ended_at text;
alter table watch.protected_number drop constraint if exists protected_number_pkey;
create unique index if not exists protected_number_standing on watch.protected_number (number) where ended_at is null;
create index if not exists protected_number_number on watch.protected_number (number);
create table if not exists watch.recording (
  event text primary key,
  stream text not null,
  decision text not null,
  dialed text not null,
  started_at text not null
);
create index if not exists recording_by_decision on watch.recording (decision);
create index if not exists recording_by_dialed on watch.recording (dialed);
alter table watch.recording add column if not exists caller text;
create index if not exists recording_by_caller on watch.recording (caller);
-- Calls that were decided and came to nothing, by a keyed digest of whoever had them decided.
create table if not exists watch.unused_call (
  call text primary key,
  client text not null,
  at timestamptz not null
);
create index if not exists unused_call_by_client on watch.unused_call (client, at);
`;
