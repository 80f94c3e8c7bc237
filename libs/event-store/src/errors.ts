import { PrivityError } from '@privity/kernel';

/** The stream is not at the version that the caller decided on. Nothing was written: read again, decide again. */
export class ConcurrencyConflict extends PrivityError {
  constructor(
    readonly stream: string,
    readonly expected: string | number,
    /** Version of the stream, 0 when there is none. */
    readonly actual: number,
  ) {
    super('concurrency-conflict', 409, `${stream} is at version ${actual}, expected ${expected}`);
  }
}

/** An id is in the store already, with other content or as part of another append. */
export class DuplicateEvent extends PrivityError {
  constructor(readonly id: string) {
    super('duplicate-event', 409, `event ${id} was recorded before, with other content or in another append`);
  }
}

/** Refused before it was queued; `field` says which part, for instance `events[0].data.at`. */
export class InvalidEvent extends PrivityError {
  constructor(field: string, message: string) {
    super('invalid-event', 422, `${field}: ${message}`, { field });
  }
}

/** The database was laid out for another number of shards. There is no resharding: the store does not open. */
export class ShardCountMismatch extends PrivityError {
  constructor(
    readonly expected: number,
    readonly found: number,
  ) {
    super('shard-count-mismatch', 500, `the store has ${found} shards, this program ${expected}`);
  }
}

/** The database is not the one that went before, or has lost events: nothing is appended until `recover`. */
export class StoreRestored extends PrivityError {
  constructor(readonly reason: string) {
    super('store-restored', 503, `the store was restored: ${reason}; run "privity store recover"`);
  }
}

/** No answer from the database after bounded retries. The append may or may not stand: retry it with the same ids. */
export class StoreUnavailable extends PrivityError {
  constructor(message: string, cause?: unknown) {
    super('store-unavailable', 503, message, { cause });
  }
}
