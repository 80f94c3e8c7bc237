import { escapeIdentifier } from 'pg';

/** The service reads, and writes through `append` alone. Putting back (`restore`) is the owner's. */
export function grants(serviceRole: string): string[] {
  const role = escapeIdentifier(serviceRole);
  return [
    `revoke all on schema event_store from public`,
    `revoke all on all tables in schema event_store from public`,
    `revoke all on all functions in schema event_store from public`,
    `grant usage on schema event_store to ${role}`,
    `grant select on all tables in schema event_store to ${role}`,
    `grant execute on function event_store.identity() to ${role}`,
    `grant execute on function event_store.append(
       text, int[], bigint[], uuid[], int[], int[], bigint[], text[], uuid[], text[]) to ${role}`,
  ];
}
