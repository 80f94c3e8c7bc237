import type { BlindIndex } from '@privity/kernel';
import type {
  AttorneyListed,
  BarStatus,
  CaseEndProposed,
  CaseOpened,
  CaseSettled,
  ListHeld,
  ListImported,
  RegistrationAnswered,
  RegistrationReceived,
  RegistryEvent,
} from './events.js';
import { isSame, type Statement } from './protection.js';

/** A number, or a person, is protected exactly when there is a statement. */
export interface ProtectionState {
  readonly statements: readonly Statement[];
  /** Settlements that ended something here. */
  readonly settlements: readonly string[];
}

export interface AttorneyState {
  /** Undefined: not listed yet. */
  readonly status: BarStatus | undefined;
  /** As rolls wrote them, one after the other; what staff or a form said is no word of a roll. */
  readonly rollPersons: readonly Pick<AttorneyListed['data'], 'person' | 'personHash'>[];
  readonly numbers: readonly BlindIndex[];
}

export interface ImportState {
  readonly outcome: ListImported['data'] | undefined;
  /** Set for good once it was held, also after its approval. */
  readonly held: ListHeld['data'] | undefined;
}

export interface CaseState {
  /** Undefined: never opened, or settled. */
  readonly open: CaseOpened['data'] | undefined;
  readonly proposal: CaseEndProposed['data'] | undefined;
  /** How it was settled the last time. */
  readonly settled: CaseSettled['data']['outcome'] | undefined;
}

export interface RegistrationState {
  readonly received: RegistrationReceived['data'] | undefined;
  readonly match: 'matched' | 'unmatched' | undefined;
  readonly answer: RegistrationAnswered['data'] | undefined;
  readonly escalated: boolean;
}

export const unprotected: ProtectionState = { statements: [], settlements: [] };
export const unlistedAttorney: AttorneyState = { status: undefined, rollPersons: [], numbers: [] };
export const unreadImport: ImportState = { outcome: undefined, held: undefined };
export const noCase: CaseState = { open: undefined, proposal: undefined, settled: undefined };
export const noRegistration: RegistrationState = {
  received: undefined,
  match: undefined,
  answer: undefined,
  escalated: false,
};

export function evolveProtection(state: ProtectionState, event: RegistryEvent): ProtectionState {
  if (event.type === 'registry.ProtectionEnded') {
    const { source, settlement } = event.data;
    return {
      statements: state.statements.filter((said) => !isSame(said.source, source)),
      settlements: [...state.settlements, settlement],
    };
  }
  if (event.type !== 'registry.NumberProtected' && event.type !== 'registry.CallerProtected') return state;
  const { source, category, since } = event.data;
  return { ...state, statements: [...state.statements, { source, category, since }] };
}

export function evolveAttorney(state: AttorneyState, event: RegistryEvent): AttorneyState {
  switch (event.type) {
    case 'registry.AttorneyListed': {
      const { status, numbers } = event.data;
      // Without a status it was not a roll's word.
      return { status, rollPersons: status === 'unknown' ? [] : [event.data], numbers };
    }
    case 'registry.AttorneyListingChanged': {
      const { status, numbersAdded, person, personHash = '' } = event.data;
      const rollPersons = person === undefined ? state.rollPersons : [...state.rollPersons, { person, personHash }];
      return { status: status.to, rollPersons, numbers: [...state.numbers, ...numbersAdded] };
    }
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

export function evolveCase(state: CaseState, event: RegistryEvent): CaseState {
  switch (event.type) {
    case 'registry.CaseOpened':
      return { ...state, open: event.data, proposal: undefined };
    case 'registry.CaseEndProposed':
      return { ...state, proposal: event.data };
    case 'registry.CaseSettled':
      return { ...noCase, settled: event.data.outcome };
    default:
      return state;
  }
}

export function evolveRegistration(state: RegistrationState, event: RegistryEvent): RegistrationState {
  switch (event.type) {
    case 'registry.RegistrationReceived':
      return { ...state, received: event.data };
    case 'registry.RegistrationMatched':
      return { ...state, match: 'matched' };
    case 'registry.RegistrationUnmatched':
      return { ...state, match: 'unmatched' };
    case 'registry.RegistrationAnswered':
      return { ...state, answer: event.data };
    case 'registry.RegistrationEscalated':
      return { ...state, escalated: true };
    default:
      return state;
  }
}
