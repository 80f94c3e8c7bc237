/**
 * The log. Indices are assigned under the one row of `head`, never behind the last entry, so that two integrators take
 * turns. Nothing here can be changed afterwards, by the owner neither (P5): entries and checkpoints stand, tiles only
 * get longer, the head only grows.
 */
export const LOG_TABLES = `
create schema if not exists transparency_log;

create table if not exists transparency_log.head (
  the_only boolean primary key default true check (the_only),
  size bigint not null check (size >= 0),
  root bytea not null check (length(root) = 32)
);

create table if not exists transparency_log.entry (
  log_index bigint primary key check (log_index >= 0),
  source text not null,
  shard integer not null,
  position bigint not null,
  id text not null,
  text text not null,
  unique (source, shard, position),
  unique (id, source, shard)
);

create table if not exists transparency_log.tile (
  level smallint not null,
  index bigint not null,
  hashes bytea not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
  primary key (level, index)
);
-- Hashes do not compress: do not try.
alter table transparency_log.tile alter column hashes set storage external;

create table if not exists transparency_log.checkpoint (
  size bigint primary key,
  root bytea not null,
  note text not null,
  signed_at timestamptz not null default now()
);

create or replace function transparency_log.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the log is append-only: % of % is refused', lower(tg_op), tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

create or replace function transparency_log.head_grows() returns trigger language plpgsql as $$
begin
  if new.size > old.size then return new; end if;
  raise exception 'the log only grows: a smaller head is refused' using errcode = 'insufficient_privilege';
end $$;

create or replace function transparency_log.tile_grows() returns trigger language plpgsql as $$
begin
  if new.level = old.level and new.index = old.index and substring(new.hashes for length(old.hashes)) = old.hashes then
    return new;
  end if;
  raise exception 'the log only grows: another tile is refused' using errcode = 'insufficient_privilege';
end $$;

create or replace trigger refuse before update or delete or truncate on transparency_log.entry
  for each statement execute function transparency_log.refuse();
create or replace trigger refuse before update or delete or truncate on transparency_log.checkpoint
  for each statement execute function transparency_log.refuse();
create or replace trigger refuse before delete or truncate on transparency_log.tile
  for each statement execute function transparency_log.refuse();
create or replace trigger refuse before delete or truncate on transparency_log.head
  for each statement execute function transparency_log.refuse();
create or replace trigger grow before update on transparency_log.tile
  for each row execute function transparency_log.tile_grows();
create or replace trigger grow before update on transparency_log.head
  for each row execute function transparency_log.head_grows();
-- Also for a session that calls itself a replica, where ordinary triggers sleep.
alter table transparency_log.entry enable always trigger refuse;
alter table transparency_log.checkpoint enable always trigger refuse;
alter table transparency_log.tile enable always trigger refuse, enable always trigger grow;
alter table transparency_log.head enable always trigger refuse, enable always trigger grow;
`;
