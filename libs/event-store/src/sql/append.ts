/** Named, so that each connection parses it once. Parameters as `batchArguments` gives them. */
export const append = {
  name: 'event_store.append',
  text: 'select placed, sequenced, preceded, known from event_store.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
};
