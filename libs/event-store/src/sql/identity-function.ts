/**
 * Which cluster this is, and on which timeline: a restore to another machine changes the first, a point-in-time recovery
 * or a promotion the second. `system identifier/timeline`.
 */
export const identityFunction = `
create or replace function event_store.identity() returns text
language sql volatile as $$
  select (select c.system_identifier from pg_catalog.pg_control_system() c) || '/' ||
    ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8))::bit(32)::int
$$`;
