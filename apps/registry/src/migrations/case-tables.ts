/** What waits for two people, and what may have to. */
export const CASES = `
-- The cases that are open.
create table if not exists registry_case (
  case_id uuid primary key,
  cause text not null,
  attorney text,
  due text not null,
  events uuid[] not null,
  proposed_by text
);
-- When a person's word has to be said again.
create table if not exists attestation (
  source_kind text not null,
  ref text not null,
  subject_kind text not null check (subject_kind in ('number', 'caller')),
  index text not null,
  due_at timestamptz not null,
  primary key (source_kind, ref, subject_kind, index)
);
create index if not exists attestation_due on attestation (due_at);
-- Who is in custody, by what two bookings of one person have in common.
create table if not exists booking (
  match text not null,
  caller text not null,
  primary key (match, caller)
);
create index if not exists booking_caller on booking (caller);
`;
