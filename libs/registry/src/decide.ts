import { type Decider, PrivityError } from '@privity/kernel';
import type {
  ApproveImport,
  CompleteImport,
  EndProtection,
  ListAttorney,
  ProtectCaller,
  ProtectNumber,
} from './commands.js';
import type {
  AttorneyListed,
  AttorneyListingChanged,
  CallerProtected,
  ListApprovalRefused,
  ListApproved,
  ListHeld,
  ListImported,
  NumberProtected,
  ProtectionEnded,
  ProtectionSource,
  RegistryEvent,
} from './events.js';
import {
  evolveAttorney,
  evolveImport,
  evolveProtection,
  unlistedAttorney,
  unprotected,
  unreadImport,
} from './evolve.js';
import type { AttorneyState, ImportState, ProtectionState } from './evolve.js';
import { losesTooMuch } from './list-losses.js';
import { isMeant, isSame } from './protection.js';

/**
 * A source adds to a number's protection or says nothing new; it cannot take any away (P2). The same source counts
 * again only when it says more: another category (a hotline is stricter), or an earlier beginning (P8 reaches back).
 */
export const numberProtection: Decider<ProtectionState, ProtectNumber, RegistryEvent> = {
  initialState: () => unprotected,
  decide(command, state): NumberProtected[] {
    const said = newStatement(command, state);
    if (said === undefined) return [];
    const { number, statement } = command;
    const sealed = { ...(number === undefined ? {} : { number }), ...(statement === undefined ? {} : { statement }) };
    return [{ type: 'registry.NumberProtected', data: { ...said, ...sealed } }];
  },
  evolve: evolveProtection,
};

/** The same for a person in custody: a court's order protects somebody, not a telephone number (T4). */
export const callerProtection: Decider<ProtectionState, ProtectCaller, RegistryEvent> = {
  initialState: () => unprotected,
  decide(command, state): CallerProtected[] {
    const said = newStatement(command, state);
    if (said === undefined) return [];
    const { person, statement } = command;
    const sealed = { ...(person === undefined ? {} : { person }), ...(statement === undefined ? {} : { statement }) };
    return [{ type: 'registry.CallerProtected', data: { ...said, ...sealed } }];
  },
  evolve: evolveProtection,
};

/** Ends what some sources say of a number or a person, and nothing that any other says. That two people want it, a case has seen to. */
export const protectionEnding: Decider<ProtectionState, EndProtection, RegistryEvent> = {
  initialState: () => unprotected,
  decide({ of, index, ends, settlement }, { statements, settlements }): ProtectionEnded[] {
    if (settlements.includes(settlement)) return [];
    const sources = statements.map(({ source }) => source).filter((one, i, all) => all.findIndex(same(one)) === i);
    const ending = sources.filter((source) => isMeant(source, ends));
    return ending.map((source, n) => {
      const left = sources.length - n - 1;
      return { type: 'registry.ProtectionEnded', data: { of, index, source, settlement, left } };
    });
  },
  evolve: evolveProtection,
};

const same = (one: ProtectionSource) => (other: ProtectionSource) => isSame(one, other);

function newStatement(command: ProtectNumber | ProtectCaller, { statements }: ProtectionState) {
  const { index, source, category, basis } = command;
  const since = command.since < command.now ? command.since : command.now;
  const known = statements.some(
    (said) => isSame(said.source, source) && said.category === category && said.since <= since,
  );
  return known ? undefined : { index, source, category, basis, since };
}

/**
 * What a bar roll says of a person. A changed status or name is told, a new number is added, and nothing is dropped: a number
 * missing from a later roll stays, since lines outlive entries and ending takes a second person.
 */
export const attorneyListing: Decider<AttorneyState, ListAttorney, RegistryEvent> = {
  initialState: () => unlistedAttorney,
  decide(command, state): (AttorneyListed | AttorneyListingChanged)[] {
    const { attorney, barState, person, personHash } = command;
    const status = command.status ?? state.status ?? 'unknown';
    const numbers = [...new Set(command.numbers)];
    if (state.status === undefined) {
      return [{ type: 'registry.AttorneyListed', data: { attorney, barState, status, person, personHash, numbers } }];
    }
    const numbersAdded = numbers.filter((number) => !state.numbers.includes(number));
    // Only a roll says who a member is: a form's surname must not become what forms are compared with.
    const isNew = command.status !== undefined && !state.rollPersons.some((one) => one.personHash === personHash);
    const renamed = isNew ? { person, personHash } : {};
    if (state.status === status && numbersAdded.length === 0 && !isNew) return [];
    const change = { from: state.status, to: status };
    return [{ type: 'registry.AttorneyListingChanged', data: { attorney, status: change, numbersAdded, ...renamed } }];
  },
  evolve: evolveAttorney,
};

/** Only a list that lost too much waits for a second person. */
export class ImportNotHeld extends PrivityError {
  constructor() {
    super('import-not-held', 409, 'This import is not held: there is nothing to approve.');
  }
}

type ImportEvent = ListImported | ListHeld | ListApproved | ListApprovalRefused;

/** A list is told to be imported once, however often its import is resumed; one that lost too much, once a second person believes it. */
export const listImport: Decider<ImportState, CompleteImport | ApproveImport, RegistryEvent> = {
  initialState: () => unreadImport,
  decide: (command, state): ImportEvent[] =>
    command.type === 'complete-import' ? complete(command, state) : approve(command, state),
  evolve: evolveImport,
};

function complete({ outcome, losses, sentBy }: CompleteImport, state: ImportState): ImportEvent[] {
  if (state.outcome !== undefined || state.held !== undefined) return [];
  if (losses.some(losesTooMuch)) return [{ type: 'registry.ListHeld', data: { ...outcome, losses, sentBy } }];
  return [{ type: 'registry.ListImported', data: outcome }];
}

/** Two people are two people, whatever roles either has. @throws ImportNotHeld */
function approve({ approver }: ApproveImport, { held, outcome }: ImportState): ImportEvent[] {
  if (held === undefined) throw new ImportNotHeld();
  if (outcome !== undefined) return [];
  const { losses: _losses, sentBy, ...rest } = held;
  const { importId } = held;
  if (sentBy === approver) {
    return [{ type: 'registry.ListApprovalRefused', data: { importId, askedBy: approver, reason: 'same-person' } }];
  }
  return [
    { type: 'registry.ListApproved', data: { importId, approvedBy: approver } },
    { type: 'registry.ListImported', data: rest },
  ];
}
