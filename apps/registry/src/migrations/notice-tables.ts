/**
 * What is to be sent. No address and no personal data: whoever sends opens what it needs from the events. The one exception
 * is `sealed`, a call to be placed to a number that no event holds; its key is destroyed with it.
 */
export const NOTICES = `
create table if not exists outbox_notice (
  id uuid primary key,
  kind text not null check (kind in ('receipt', 'answer', 'escalation', 'case', 'call-back-code')),
  about text not null,
  event_id text,
  sealed jsonb,
  expires_at timestamptz,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  problem text,
  check (state = 'waiting' or sealed is null)
);
create index if not exists outbox_notice_due on outbox_notice (next_at) where state = 'waiting';
`;
