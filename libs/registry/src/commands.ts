import type { BlindIndex, Instant, SealedValue } from '@privity/kernel';
import type { BarStatus, ListImported, ListLosses, ProtectionCategory, ProtectionSource } from './events.js';

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

/** A line of a bar roll, or a registrar's word. Decided on the stream `attorney-<…>`. */
export interface ListAttorney {
  readonly type: 'list-attorney';
  readonly attorney: string;
  readonly barState: string;
  /** Absent where only a bar roll could say: a known status stays as it is. */
  readonly status?: BarStatus;
  readonly person: SealedValue;
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
