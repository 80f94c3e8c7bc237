export const readGuards = `
select c.relname as table, t.tgname as name, t.tgenabled as enabled, p.proname as refusal, p.prosrc as body
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_proc p on p.oid = t.tgfoid
where c.relnamespace = to_regnamespace('event_store') and not t.tgisinternal`;

export const readWriteGrants = `
select current_user || ' may ' || g.privilege || ' event_store.' || c.relname as finding
from pg_class c cross join unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) g(privilege)
where c.relnamespace = to_regnamespace('event_store') and c.relkind = 'r'
  and not pg_has_role(c.relowner, 'USAGE') and has_table_privilege(c.oid, g.privilege)
order by 1`;

/** A rule can turn an append into nothing before a trigger sees it. Views have theirs in other schemas. */
export const readRules = `
select c.relname as table, r.rulename as name
from pg_rewrite r
join pg_class c on c.oid = r.ev_class
where c.relnamespace = to_regnamespace('event_store') and c.relkind = 'r'
order by 1, 2`;
