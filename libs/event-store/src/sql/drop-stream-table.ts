/** A stream's version is the last of its events, which an index gives as fast; a store may have a table of them from before. */
export const dropStreamTable = `drop table if exists event_store.stream`;
