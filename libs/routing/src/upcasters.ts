import { PrivityError } from '@privity/kernel';
import type { RoutingEvent } from './events.js';

/** Newest schema version of each event that has more than one. All others are at version 1. */
const NEWEST: Readonly<Partial<Record<string, number>>> = { 'routing.CallDecided': 2 };

export class UnknownSchemaVersion extends PrivityError {
  constructor(type: string, version: number) {
    super('unknown-schema-version', 500, `${type} version ${version} is not known here`);
  }
}

/** The schema version that new events of a type are written with. */
export function currentVersion(type: string): number {
  return NEWEST[type] ?? 1;
}

/** The version in `urn:privity:<type>:<version>`. @throws UnknownSchemaVersion for one from the future, or none at all */
export function versionOf(type: string, dataschema: string): number {
  const version = Number(dataschema.slice(dataschema.lastIndexOf(':') + 1));
  if (Number.isInteger(version) && version >= 1 && version <= currentVersion(type)) return version;
  throw new UnknownSchemaVersion(type, version);
}

/**
 * An event of any stored version as the newest one; a version from the future must stop the reader rather than be misread.
 * Never looks inside sealed values. `CallDecided` of version 1 has no `jurisdiction` and fewer reasons, and is read as it
 * stands: what it did not say is not made up.
 */
export function upcast(type: string, dataschema: string, data: unknown): RoutingEvent {
  versionOf(type, dataschema);
  return { type, data } as RoutingEvent;
}
