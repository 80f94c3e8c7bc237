/** Each row: this cluster, on this timeline, was compared with a witness and made whole. */
export const recoveryTable = `
create table if not exists event_store.recovery (
  system_identifier text not null,
  timeline int not null,
  witness text not null,
  at timestamptz not null default now(),
  restored bigint not null
)`;
