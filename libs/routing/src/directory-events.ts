import type { BlindIndex, DomainEvent, SealedValue } from '@privity/kernel';

export type FacilityListed = DomainEvent<
  'routing.FacilityListed',
  {
    readonly facility: string;
    readonly name: string;
    readonly state: string;
    readonly type: string;
    /** Average daily population. */
    readonly population: number;
    /** IANA time zone. */
    readonly timezone: string;
  }
>;

/** A person in custody as the roster has them. Stream `caller-<index>`. */
export type CallerListed = DomainEvent<
  'routing.CallerListed',
  {
    readonly caller: BlindIndex;
    /** Sealed JSON: `{number, last, first, born}`. */
    readonly person: SealedValue;
    /** Of name and date of birth: equal for one person under two ids. Absent where either is not known. */
    readonly match?: BlindIndex;
    readonly facility: string;
    readonly status: 'in' | 'out-court' | 'released';
  }
>;

/** A movement record. It informs presence only; protection follows the number everywhere (T6). */
export type CallerMoved = DomainEvent<
  'routing.CallerMoved',
  {
    readonly caller: BlindIndex;
    readonly from: string;
    readonly to: string;
    /** Local date, YYYY-MM-DD. */
    readonly on: string;
  }
>;

export interface AllowedNumber {
  readonly index: BlindIndex;
  /** As the list calls the person, in capitals. ATTORNEY and LEGAL protect the number for everyone. */
  readonly relation: string;
  readonly status: 'approved' | 'pending' | 'denied';
}

/** Entries new or changed on a caller's list of allowed numbers. Stream `caller-<index>`. */
export type NumbersAllowed = DomainEvent<
  'routing.NumbersAllowed',
  { readonly caller: BlindIndex; readonly numbers: readonly AllowedNumber[] }
>;

export type DirectoryKind = 'facilities' | 'roster' | 'allowed-numbers' | 'movements';

/** A file was read to its end and all it says is in effect. Stream `import-<id>`. */
export type DirectoryImported = DomainEvent<
  'routing.DirectoryImported',
  {
    readonly importId: string;
    readonly kind: DirectoryKind;
    /** SHA-256 of the file, hex. */
    readonly digest: string;
    readonly rows: number;
    readonly added: number;
    readonly unchanged: number;
    readonly rejected: number;
  }
>;
