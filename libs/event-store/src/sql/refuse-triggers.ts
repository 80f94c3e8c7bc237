export interface Guard {
  readonly table: 'event' | 'head' | 'recovery';
  readonly operation: 'update' | 'delete' | 'truncate';
  readonly refusal: 'refuse_change' | 'refuse_direct_change';
}

/** Every trigger that must be there and enabled; `checkImmutability` looks for each. */
export const guards: readonly Guard[] = (['event', 'head', 'recovery'] as const).flatMap((table) =>
  (['update', 'delete', 'truncate'] as const).map((operation): Guard => {
    const moves = operation === 'update' && table === 'head';
    return { table, operation, refusal: moves ? 'refuse_direct_change' : 'refuse_change' };
  }),
);

export function guardName({ table, operation }: Guard): string {
  return `${table}_refuses_${operation}`;
}

/** By statement, so that one that would touch no row fails too; `always`, so that a replication role does not pass. */
export const refuseTriggers = guards.flatMap((guard) => [
  `create or replace trigger ${guardName(guard)} before ${guard.operation} on event_store.${guard.table}
   for each statement execute function event_store.${guard.refusal}()`,
  `alter table event_store.${guard.table} enable always trigger ${guardName(guard)}`,
]);
