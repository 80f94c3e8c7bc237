/** Where a bad input stands: the name of the field, and the line of the file (from 1, header included). */
export interface ProblemPlace {
  readonly field?: string;
  readonly line?: number;
  readonly cause?: unknown;
}

/**
 * The parent of every error that a client may see. `code` is stable and part of the API; `status` is the HTTP status
 * of the RFC 9457 problem it becomes. The message must hold no personal data: it is logged and sent back.
 */
export class PrivityError extends Error {
  readonly code: string;
  readonly status: number;
  readonly field?: string;
  readonly line?: number;

  constructor(code: string, status: number, message: string, place: ProblemPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = status;
    if (place.field !== undefined) this.field = place.field;
    if (place.line !== undefined) this.line = place.line;
  }
}

/** An input that cannot be used as it stands: 422, naming the field. */
export class InvalidInput extends PrivityError {
  constructor(field: string, message: string, place: Omit<ProblemPlace, 'field'> = {}) {
    super('invalid-input', 422, message, { ...place, field });
  }
}
