/** `event` is text, not jsonb: these bytes are hashed and published, and jsonb would rewrite them. */
export const eventTable = `
create table if not exists event_store.event (
  shard int not null,
  position bigint not null,
  stream text collate "C" not null,
  sequence int not null,
  id uuid not null,
  event text not null,
  primary key (shard, position),
  unique (stream, sequence),
  unique (id, shard)
)`;
