/**
 * Which cluster this is, and on which timeline: a restore to another machine changes the first, a point-in-time recovery
 * or a promotion the second. `system identifier/timeline`.
 */
export const identityFunction = `
create or replace function event_store.identity() returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select (pg_control_system()).system_identifier || '/' ||
    ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int
$$`;
