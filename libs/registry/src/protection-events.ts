import type { BlindIndex, DomainEvent, Instant, SealedValue } from '@privity/kernel';

/** On whose word a number is protected. Sources add up; a number stays protected while any stands (P2). */
export interface ProtectionSource {
  readonly kind: 'bar-roll' | 'do-not-record' | 'allowed-list' | 'staff' | 'registration' | 'same-person' | 'claim';
  /** Stable within its kind, never personal data: an attorney's stream id, a list's name, an event id, another person's index, a call's stream id. */
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

/** Somebody asked whether a number is protected. Who asks about whom is itself worth knowing (P4). */
export type ProtectionChecked = DomainEvent<
  'registry.ProtectionChecked',
  {
    readonly index: BlindIndex;
    readonly protected: boolean;
    /** Whoever answers at the number asked, by a code called out to it; nobody is named. Absent: the actor, of the staff. */
    readonly proven?: true;
  }
>;

/** Which of a number's or a person's sources are meant: all that go by this reference, are of this kind, or both. */
export type SourceMatch =
  | { readonly ref: string; readonly kind?: ProtectionSource['kind'] }
  | { readonly kind: ProtectionSource['kind']; readonly ref?: string };

/**
 * Two people ended what one source says. The number or person stays protected while any other stands; what was recorded
 * before the protection stays sealed. On the stream of the number or the person.
 */
export type ProtectionEnded = DomainEvent<
  'registry.ProtectionEnded',
  {
    readonly of: 'number' | 'caller';
    readonly index: BlindIndex;
    readonly source: ProtectionSource;
    /** Id of the `CaseSettled` that it follows. */
    readonly settlement: string;
    /** Sources that still stand. At 0 the protection is over. */
    readonly left: number;
  }
>;
