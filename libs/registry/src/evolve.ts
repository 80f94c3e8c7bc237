import type { BlindIndex, Instant } from '@privity/kernel';
import type {
  BarStatus,
  ListHeld,
  ListImported,
  ProtectionCategory,
  ProtectionSource,
  RegistryEvent,
} from './events.js';

/** What one source has said of a number or a person. Statements add up; there is no event that takes one away. */
export interface Statement {
  readonly source: ProtectionSource;
  readonly category: ProtectionCategory;
  readonly since: Instant;
}

/** A number, or a person, is protected exactly when there is a statement. */
export interface ProtectionState {
  readonly statements: readonly Statement[];
}

export interface AttorneyState {
  /** Undefined: not listed yet. */
  readonly status: BarStatus | undefined;
  readonly numbers: readonly BlindIndex[];
}

export interface ImportState {
  readonly outcome: ListImported['data'] | undefined;
  /** Set for good once it was held, also after its approval. */
  readonly held: ListHeld['data'] | undefined;
}

export const unprotected: ProtectionState = { statements: [] };
export const unlistedAttorney: AttorneyState = { status: undefined, numbers: [] };
export const unreadImport: ImportState = { outcome: undefined, held: undefined };

export function evolveProtection(state: ProtectionState, event: RegistryEvent): ProtectionState {
  if (event.type !== 'registry.NumberProtected' && event.type !== 'registry.CallerProtected') return state;
  const { source, category, since } = event.data;
  return { statements: [...state.statements, { source, category, since }] };
}

export function evolveAttorney(state: AttorneyState, event: RegistryEvent): AttorneyState {
  switch (event.type) {
    case 'registry.AttorneyListed':
      return { status: event.data.status, numbers: event.data.numbers };
    case 'registry.AttorneyListingChanged':
      return { status: event.data.status.to, numbers: [...state.numbers, ...event.data.numbersAdded] };
    default:
      return state;
  }
}

export function evolveImport(state: ImportState, event: RegistryEvent): ImportState {
  switch (event.type) {
    case 'registry.ListHeld':
      return { ...state, held: event.data };
    case 'registry.ListImported':
      return { ...state, outcome: event.data };
    default:
      return state;
  }
}
