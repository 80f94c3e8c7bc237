import { PrivityError } from '@privity/kernel';
import type { RoutingEvent } from './events.js';

/** Newest schema version of each event that has more than one. All others are at version 1. */
const NEWEST: Readonly<Record<string, number>> = {};

export class UnknownSchemaVersion extends PrivityError {
  constructor(type: string, version: number) {
    super('unknown-schema-version', 500, `${type} version ${version} is not known here`);
  }
}

/**
 * An event of any stored version as the newest one. There is one version of each so far; a version from the future
 * must stop the reader rather than be misread. Never looks inside sealed values.
 */
export function upcast(type: string, dataschema: string, data: unknown): RoutingEvent {
  const version = Number(dataschema.slice(dataschema.lastIndexOf(':') + 1));
  if (version !== (NEWEST[type] ?? 1)) throw new UnknownSchemaVersion(type, version);
  return { type, data } as RoutingEvent;
}
