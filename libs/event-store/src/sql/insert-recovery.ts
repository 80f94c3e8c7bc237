export const insertRecovery = `
insert into event_store.recovery (system_identifier, timeline, witness, restored)
select split_part(i, '/', 1), split_part(i, '/', 2)::int, $1, $2 from event_store.identity() i`;
