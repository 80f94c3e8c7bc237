import { PrivityError } from '@privity/kernel';
import type { RegistryEvent } from './events.js';

/** The part of a stored event that says what it means. */
export interface StoredMeaning {
  readonly type: string;
  /** `urn:privity:<type>:<version>`. */
  readonly dataschema: string;
  readonly data: unknown;
}

/** An event of a type or version that this build does not know: to be stopped at, never passed over. */
export class UnknownRegistryEvent extends PrivityError {
  constructor(type: string, dataschema: string) {
    super('unknown-event', 500, `no meaning is known for ${type} with schema ${dataschema}`);
  }
}

type Upcast = (data: unknown) => unknown;

// For each type the steps from version 1 on: step n turns version n+1's data into version n+2's. All types are at
// version 1. A step never looks inside a sealed value, and comes with a fixture of the bytes it was written for.
const STEPS: Readonly<Record<RegistryEvent['type'], readonly Upcast[]>> = {
  'registry.NumberProtected': [],
  'registry.CallerProtected': [],
  'registry.ProtectionEnded': [],
  'registry.ProtectionChecked': [],
  'registry.AttorneyListed': [],
  'registry.AttorneyListingChanged': [],
  'registry.RegistrationReceived': [],
  'registry.RegistrationMatched': [],
  'registry.RegistrationUnmatched': [],
  'registry.RegistrationAnswered': [],
  'registry.RegistrationAnswerRefused': [],
  'registry.RegistrationEscalated': [],
  'registry.RegistrationViewed': [],
  'registry.NoticeSent': [],
  'registry.NoticeFailed': [],
  'registry.CaseOpened': [],
  'registry.CaseEndProposed': [],
  'registry.CaseSettlementRefused': [],
  'registry.CaseSettled': [],
  'registry.CaseViewed': [],
  'registry.ListImported': [],
  'registry.ListHeld': [],
  'registry.ListApproved': [],
  'registry.ListApprovalRefused': [],
  'registry.ListCompared': [],
  'registry.DifferenceViewed': [],
  'registry.RegistryAttested': [],
  'registry.EventParked': [],
};

/** All there are. */
export const REGISTRY_TYPES = Object.keys(STEPS) as readonly RegistryEvent['type'][];

/** The schema version that new events of a type are written with. */
export function currentVersion(type: RegistryEvent['type']): number {
  return STEPS[type].length + 1;
}

/** Reads a stored event of any version as the newest. Throws UnknownRegistryEvent. */
export function readRegistryEvent(stored: StoredMeaning): RegistryEvent {
  const { type, dataschema } = stored;
  if (!isRegistryType(type)) throw new UnknownRegistryEvent(type, dataschema);
  const prefix = `urn:privity:${type}:`;
  const version = dataschema.startsWith(prefix) ? Number(dataschema.slice(prefix.length)) : 0;
  if (!Number.isInteger(version) || version < 1 || version > currentVersion(type)) {
    throw new UnknownRegistryEvent(type, dataschema);
  }
  const data = STEPS[type].slice(version - 1).reduce((older, step) => step(older), stored.data);
  return { type, data } as RegistryEvent;
}

function isRegistryType(type: string): type is RegistryEvent['type'] {
  return Object.hasOwn(STEPS, type);
}
