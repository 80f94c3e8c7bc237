import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { JsonLog } from '../log.js';
import { PROBLEM_TYPE, toProblem } from './problem.js';

/** Every error of every route becomes an RFC 9457 problem; what we did not foresee is logged, without what was sent. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: JsonLog) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const problem = toProblem(error);
    if (problem.status >= 500) {
      this.log.failure(`request failed: ${request.method} ${request.routeOptions?.url ?? '(no route)'}`, error);
    }
    // An answer that has begun (audio) cannot become a problem any more: cut it, so that the reader notices.
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(problem.status).header('content-type', PROBLEM_TYPE).send(JSON.stringify(problem));
  }
}
