import type { ClientBase } from 'pg';

/** Creates `replica` for a service that may run several times. Runs as owner; idempotent. */
export async function migrateMembership(owner: ClientBase, options: { readonly serviceRole: string }): Promise<void> {
  await owner.query(`
    create table if not exists replica (id uuid primary key, seen_until timestamptz not null, reached jsonb);
    grant select, insert, update, delete on replica to ${owner.escapeIdentifier(options.serviceRole)};`);
}
