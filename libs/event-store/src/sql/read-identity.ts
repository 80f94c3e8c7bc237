export const readIdentity = `
select event_store.identity() as identity,
       current_setting('server_encoding') as encoding,
       exists (select from event_store.recovery r
               where r.system_identifier || '/' || r.timeline = event_store.identity()) as recovered`;
