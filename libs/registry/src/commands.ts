import type { BlindIndex, Instant, SealedValue } from '@privity/kernel';
import type {
  BarStatus,
  CaseOpened,
  ListImported,
  ListLosses,
  ProtectionCategory,
  ProtectionSource,
  RegistrationReceived,
  RegistrationUnmatched,
  SourceMatch,
} from './events.js';

/** Somebody's word that a number must not be recorded. Decided on the stream `number-<index>`. */
export interface ProtectNumber {
  readonly type: 'protect-number';
  readonly index: BlindIndex;
  readonly number?: SealedValue;
  readonly source: ProtectionSource;
  readonly category: ProtectionCategory;
  readonly basis: string;
  readonly statement?: SealedValue;
  /** Since when the source says so. It may lie in the past; one in the future is taken as now. */
  readonly since: Instant;
  /** Server time. */
  readonly now: Instant;
}

/** Somebody's word that a person in custody must not be recorded. Decided on the stream `caller-<index>`. */
export interface ProtectCaller extends Omit<ProtectNumber, 'type' | 'number'> {
  readonly type: 'protect-caller';
  readonly person?: SealedValue;
}

/** Two people ended what some of the sources say. Decided on the stream of the number or the person. */
export interface EndProtection {
  readonly type: 'end-protection';
  readonly of: 'number' | 'caller';
  readonly index: BlindIndex;
  readonly ends: SourceMatch;
  /** Id of the `CaseSettled` that says so. It is followed once: a source that speaks again afterwards stands. */
  readonly settlement: string;
}

/** A line of a bar roll, or a registrar's word. Decided on the stream `attorney-<…>`. */
export interface ListAttorney {
  readonly type: 'list-attorney';
  readonly attorney: string;
  readonly barState: string;
  /** Absent where only a bar roll could say: a known status stays as it is. */
  readonly status?: BarStatus;
  readonly person: SealedValue;
  readonly personHash: string;
  readonly numbers: readonly BlindIndex[];
}

/** All lines of a list are in effect. Decided on the stream `import-<id>`. */
export interface CompleteImport {
  readonly type: 'complete-import';
  readonly outcome: ListImported['data'];
  readonly losses: readonly ListLosses[];
  readonly sentBy: string;
}

/** A person believes a held list. Decided on the same stream. */
export interface ApproveImport {
  readonly type: 'approve-import';
  readonly approver: string;
}

/** Something asks whether a protection still holds. Decided on the stream `case-<case>`. */
export interface OpenCase {
  readonly type: 'open-case';
  readonly about: CaseOpened['data'];
}

/** A first person wants the protection of these ended. */
export interface ProposeEnd {
  readonly type: 'propose-end';
  /** A new id. */
  readonly proposal: string;
  readonly proposedBy: string;
  readonly indexes: readonly BlindIndex[];
  /** Why, in their words. */
  readonly statement: SealedValue;
}

/** `ended`: a second person agrees with the first; `kept`: anybody, or a later roll, says that all stands. */
export interface SettleCase {
  readonly type: 'settle-case';
  readonly outcome: 'ended' | 'kept';
  readonly settledBy: string;
  /** Of an end: what is agreed to. */
  readonly proposal?: string;
}

export type CaseCommand = OpenCase | ProposeEnd | SettleCase;

/** A form came in. Decided on the stream `registration-<registration>`. */
export interface ReceiveRegistration {
  readonly type: 'receive-registration';
  readonly received: RegistrationReceived['data'];
}

/** What the bar record says of it. */
export interface MatchRegistration {
  readonly type: 'match-registration';
  readonly unmatched?: RegistrationUnmatched['data']['reason'];
}

/** A person asked at a contact that the form did not name. */
export interface AnswerRegistration {
  readonly type: 'answer-registration';
  readonly result: 'confirmed' | 'not-confirmed';
  readonly answeredBy: string;
  readonly via: 'roll-contact' | 'bar-office';
}

/** Is it overdue? */
export interface EscalateRegistration {
  readonly type: 'escalate-registration';
  readonly now: Instant;
}

export type RegistrationCommand = ReceiveRegistration | MatchRegistration | AnswerRegistration | EscalateRegistration;
