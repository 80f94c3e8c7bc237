export const restore = `select event_store.restore($1, $2) as position`;
