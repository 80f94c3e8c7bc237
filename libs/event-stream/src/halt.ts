import { PrivityError } from '@privity/kernel';

/** Why a shard stands still. Nothing is skipped by itself (T14): an operator parks the event or repairs the stream. */
export type HaltCode =
  /** A handler threw; the event at `position` was rolled back. */
  | 'handler-failed'
  /** The consumer neither handles nor ignores this type. */
  | 'unhandled-type'
  /** An event is missing and could not be fetched from the publisher. */
  | 'gap'
  /** Another event stands where one was already seen: the publisher's history was rewritten. */
  | 'fork'
  /** Not an event of this source and shard. */
  | 'unreadable';

export interface Halt {
  readonly code: HaltCode;
  readonly source: string;
  readonly shard: number;
  /** The event that could not be applied; everything before it is. */
  readonly position: number;
  readonly id?: string;
  readonly type?: string;
  /** Class and code of the error. Its message may quote personal data, so it is not kept. */
  readonly cause?: string;
}

export class ForkDetected extends PrivityError {
  constructor(source: string, shard: number, position: number) {
    super('fork', 500, `${source} shard ${shard}: another history at position ${position} than the one applied`);
  }
}

export class GapDetected extends PrivityError {
  constructor(source: string, shard: number, expected: number, found: number) {
    super('gap', 500, `${source} shard ${shard}: expected position ${expected}, found ${found}`);
  }
}

export class UnhandledType extends PrivityError {
  constructor(type: string, consumer: string) {
    super('unhandled-type', 500, `${consumer} neither handles nor ignores ${type}`);
  }
}

/** Park and resume: the operator named a shard or an event that does not stand halted so. */
export class NotHalted extends PrivityError {
  constructor(message: string) {
    super('not-halted', 409, message);
  }
}
