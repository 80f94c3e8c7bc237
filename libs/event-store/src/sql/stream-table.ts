export const streamTable = `
create table if not exists event_store.stream (
  stream text collate "C" primary key,
  shard int not null,
  sequence int not null
) with (fillfactor = 80)`;
