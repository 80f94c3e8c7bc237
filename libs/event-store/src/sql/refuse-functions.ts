/** P5: nothing that was recorded changes, whoever asks. */
export const refuseChangeBody = `
begin
  raise exception '% of %.% is refused: events stand for ever', tg_op, tg_table_schema, tg_table_name
    using errcode = 'PV003';
end `;

/**
 * Heads move, but only with the events they count: the call stack must hold append or restore.
 * Their names are always qualified there, because they run with a search path that lacks their schema.
 */
export const refuseDirectChangeBody = `
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  if stack !~ 'event_store\\.(append|restore)\\(' then
    raise exception '% of %.% is refused: only an append moves it', tg_op, tg_table_schema, tg_table_name
      using errcode = 'PV003';
  end if;
  return null;
end `;

export const refuseFunctions = [
  `create or replace function event_store.refuse_change() returns trigger
   language plpgsql set search_path = pg_catalog, pg_temp as $$${refuseChangeBody}$$`,
  `create or replace function event_store.refuse_direct_change() returns trigger
   language plpgsql set search_path = pg_catalog, pg_temp as $$${refuseDirectChangeBody}$$`,
];
