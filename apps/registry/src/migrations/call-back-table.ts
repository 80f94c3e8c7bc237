/** Codes called out to a number, by its blind index: neither the number nor the code stands here. Counted for all replicas. */
export const CALL_BACK_CODES = `
create table if not exists call_back_code (
  notice uuid primary key,
  number text not null,
  digest text not null,
  asked_at timestamptz not null default now(),
  expires_at timestamptz not null,
  tries integer not null default 0,
  used boolean not null default false
);
create index if not exists call_back_code_number on call_back_code (number, asked_at);
`;
