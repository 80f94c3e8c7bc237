import type { ServerResponse } from 'node:http';

import { PrivityError } from '@privity/kernel';
import { PROBLEM_TYPE, toProblem } from '@privity/service';

import { TooManyRequests } from './public-limits.js';

/** No such route here. The detail does not repeat the path: it may hold a number. */
export class RouteNotFound extends PrivityError {
  constructor() {
    super('not-found', 404, 'There is nothing under this address.');
  }
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** An RFC 9457 problem, or, where an answer has begun, its visible end. */
export function answerProblem(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = toProblem(error);
  const text = JSON.stringify(problem);
  response.writeHead(problem.status, {
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(text),
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(problem.status === 503 ? { 'retry-after': '1' } : {}),
    ...(error instanceof TooManyRequests ? { 'retry-after': String(error.retryAfterSeconds) } : {}),
  });
  response.end(text);
}
