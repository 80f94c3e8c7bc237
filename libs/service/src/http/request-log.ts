import type { FastifyInstance } from 'fastify';

import type { JsonLog } from '../log.js';

const QUIET_ROUTES = new Set(['/health', '/feed/:context', '/feed/:context/:shard', '/stream/status']);

/** One line per request: method, route pattern, status, milliseconds. Never the URL: it holds ids and what was searched. */
export function logRequests(fastify: Pick<FastifyInstance, 'addHook'>, log: JsonLog): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? '(no route)';
    if (!QUIET_ROUTES.has(route) || reply.statusCode >= 500) {
      log.line('info', 'request', {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      });
    }
    done();
  });
}
