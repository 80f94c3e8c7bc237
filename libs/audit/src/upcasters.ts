import { PrivityError } from '@privity/kernel';
import type { AuditEvent } from './events.js';

/** Makes the next version's data from one version's. Pure; never looks inside sealed values. */
export type Upcaster = (data: unknown) => unknown;

/** The part of a stored event that says what it means. */
export interface StoredMeaning {
  readonly type: string;
  /** `urn:privity:<type>:<version>`. */
  readonly dataschema: string;
  readonly data: unknown;
}

/** An event of a type or version that this build does not know: to be stopped at, never passed over. */
export class UnknownAuditEvent extends PrivityError {
  constructor({ type, dataschema }: StoredMeaning) {
    super('unknown-event', 500, `no meaning is known for ${type} with schema ${dataschema}`);
  }
}

/** For each type the steps from version 1 on: step n makes version n + 2 of version n + 1. All are at version 1. */
export type UpcasterChain = Readonly<Record<string, readonly Upcaster[]>>;

export const upcasters: UpcasterChain = {
  'audit.FindingRaised': [],
  'audit.EventParked': [],
} satisfies Record<AuditEvent['type'], Upcaster[]>;

/** Reads a stored event of any version as the newest. @throws UnknownAuditEvent */
export function readAuditEvent(stored: StoredMeaning, chain: UpcasterChain = upcasters): AuditEvent {
  const { type, dataschema } = stored;
  const steps = Object.hasOwn(chain, type) ? chain[type] : undefined;
  const [, version] = /^urn:privity:[^:]+:([1-9]\d*)$/.exec(dataschema) ?? [];
  const at = Number(version);
  if (steps === undefined || dataschema !== `urn:privity:${type}:${version}` || at > steps.length + 1) {
    throw new UnknownAuditEvent(stored);
  }
  const data = steps.slice(at - 1).reduce((older, step) => step(older), stored.data);
  return { type, data } as AuditEvent;
}
