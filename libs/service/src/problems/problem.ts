import { HttpException } from '@nestjs/common';
import { isTransient } from '@privity/event-stream';
import { PrivityError } from '@privity/kernel';

/** RFC 9457 problem details. `code` is stable; `field` and `line` say where the input is wrong. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly field?: string;
  readonly line?: number;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const TITLES: Readonly<Record<number, readonly [code: string, title: string]>> = {
  400: ['bad-request', 'Bad request'],
  401: ['unauthenticated', 'Unauthenticated'],
  403: ['forbidden', 'Forbidden'],
  404: ['not-found', 'Not found'],
  405: ['method-not-allowed', 'Method not allowed'],
  406: ['not-acceptable', 'Not acceptable'],
  408: ['request-timeout', 'Request timeout'],
  409: ['conflict', 'Conflict'],
  413: ['payload-too-large', 'Payload too large'],
  415: ['unsupported-media-type', 'Unsupported media type'],
  416: ['range-not-satisfiable', 'Range not satisfiable'],
  422: ['unprocessable', 'Unprocessable content'],
  429: ['too-many-requests', 'Too many requests'],
  500: ['internal-error', 'Internal error'],
  502: ['upstream-failed', 'Bad gateway'],
  503: ['unavailable', 'Service unavailable'],
  504: ['upstream-timeout', 'Gateway timeout'],
};

/**
 * What a caller is told of an error. Only a PrivityError's own words leave the process: any other message may quote
 * the URL or the body, and nobody gets a stack trace. A database that is away is no fault of the request: 503.
 */
export function toProblem(error: unknown): ProblemDetails {
  if (error instanceof PrivityError) {
    return {
      ...problemOf(error.status, error.code),
      detail: error.message,
      ...(error.field === undefined ? {} : { field: error.field }),
      ...(error.line === undefined ? {} : { line: error.line }),
    };
  }
  if (error instanceof HttpException) return problemOf(error.getStatus());
  return problemOf(isTransient(error) ? 503 : statusOf(error));
}

/** fastify's own errors (unreadable JSON, body too large, unknown media type) carry a `statusCode`. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  const status = error.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function problemOf(status: number, code?: string): ProblemDetails {
  const [ownCode, title] = TITLES[status] ?? [`http-${status}`, 'Error'];
  const stable = code ?? ownCode;
  return { type: `urn:privity:problem:${stable}`, title, status, code: stable };
}
