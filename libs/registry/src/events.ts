import type { BlindIndex, DomainEvent, EventParkedData, Instant, SealedValue } from '@privity/kernel';

/** On whose word a number is protected. Sources add up; a number stays protected while any stands (P2). */
export interface ProtectionSource {
  readonly kind: 'bar-roll' | 'do-not-record' | 'allowed-list' | 'staff';
  /** Stable within its kind, never personal data: an attorney's stream id, a list's name, an event id. */
  readonly ref: string;
}

export type ProtectionCategory =
  | 'attorney'
  | 'clergy'
  | 'physician'
  | 'consulate'
  | 'ombudsman'
  | 'court'
  /** Anonymous: routing recognises it before it looks at the caller (P11). */
  | 'hotline'
  | 'unstated';

/** One source more says that a number must not be recorded. Stream `number-<index>`. */
export type NumberProtected = DomainEvent<
  'registry.NumberProtected',
  {
    readonly index: BlindIndex;
    /** Absent where the source only knew the index (a list held by routing). */
    readonly number?: SealedValue;
    readonly source: ProtectionSource;
    readonly category: ProtectionCategory;
    /** In fixed words, never a person's own: those are in `statement`. */
    readonly basis: string;
    /** Sealed JSON `{reason, basis}`: what a member of staff wrote. */
    readonly statement?: SealedValue;
    readonly since: Instant;
  }
>;

/**
 * One source more says that a person in custody must not be recorded, whomever they call and wherever they are moved: a
 * court's order, most often (T4). Stream `caller-<index>`; the index is one of callers, and equal to no number's.
 */
export type CallerProtected = DomainEvent<
  'registry.CallerProtected',
  Omit<NumberProtected['data'], 'number'> & {
    /** Their id in custody. */
    readonly person?: SealedValue;
  }
>;

/** A member of staff asked whether a number is protected. Who asks about whom is itself worth knowing (P4). */
export type ProtectionChecked = DomainEvent<
  'registry.ProtectionChecked',
  { readonly index: BlindIndex; readonly protected: boolean }
>;

export type BarStatus = 'active' | 'inactive' | 'resigned' | 'suspended' | 'disbarred' | 'unknown';

/** A bar roll names an attorney for the first time. Stream `attorney-<hash of state and bar number>`. */
export type AttorneyListed = DomainEvent<
  'registry.AttorneyListed',
  {
    readonly attorney: string;
    readonly barState: string;
    readonly status: BarStatus;
    /** Sealed JSON: `{barNumber, last, first, firm}`. */
    readonly person: SealedValue;
    readonly numbers: readonly BlindIndex[];
  }
>;

/** A later roll differs. It adds protection at once and ends none: that takes a second person. */
export type AttorneyListingChanged = DomainEvent<
  'registry.AttorneyListingChanged',
  {
    readonly attorney: string;
    readonly status: { readonly from: BarStatus; readonly to: BarStatus };
    readonly numbersAdded: readonly BlindIndex[];
  }
>;

/** A line of an imported file that could not be used, and why. `line` counts from 1, the header included. */
export interface RejectedLine {
  readonly line: number;
  readonly field: string;
  readonly reason: string;
}

/** How a list, or a part of one that stands for itself, compares with what it held before. */
export interface ListLosses {
  /** The list's name; of a bar roll with the state, `bar-roll:ME`: a file of one state says nothing of another's members. */
  readonly scope: string;
  /** Entries that stood before this file. */
  readonly entries: number;
  /** Of these, entries that this file does not have. */
  readonly departed: number;
  /** Entries that earlier files of the last thirty days no longer had. */
  readonly departedBefore: number;
}

/** A list was read to its end and all it says is in effect. Stream `import-<id>`. */
export type ListImported = DomainEvent<
  'registry.ListImported',
  {
    readonly importId: string;
    readonly kind: 'bar-roll' | 'do-not-record';
    /** SHA-256 of the file, hex. The same digest again changes nothing. */
    readonly digest: string;
    readonly rows: number;
    readonly added: number;
    readonly unchanged: number;
    readonly rejected: number;
  }
>;

/**
 * A list was read to its end, protects what it names, and lost too many entries to be believed (T3). Nobody's protection
 * ends by that; a second person says whether the list may count as whole. Stream `import-<id>`.
 */
export type ListHeld = DomainEvent<
  'registry.ListHeld',
  ListImported['data'] & {
    readonly losses: readonly ListLosses[];
    /** Whose word the file is; somebody else has to approve it. */
    readonly sentBy: string;
  }
>;

/** A second person believes a held list; `ListImported` follows. */
export type ListApproved = DomainEvent<
  'registry.ListApproved',
  { readonly importId: string; readonly approvedBy: string }
>;

/** Somebody asked to approve a held list and may not. */
export type ListApprovalRefused = DomainEvent<
  'registry.ListApprovalRefused',
  { readonly importId: string; readonly askedBy: string; readonly reason: 'same-person' }
>;

/** An operator set aside an event that halted one of this context's consumers. Stream `parked-<consumer>`. */
export type EventParked = DomainEvent<'registry.EventParked', EventParkedData>;

export type RegistryEvent =
  | NumberProtected
  | CallerProtected
  | ProtectionChecked
  | AttorneyListed
  | AttorneyListingChanged
  | ListImported
  | ListHeld
  | ListApproved
  | ListApprovalRefused
  | EventParked;
