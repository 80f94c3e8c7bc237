import type { FastifyInstance } from 'fastify';

/**
 * What was answered before its body was read to the end (an upload of a wrong kind) is read and thrown away: the
 * connection would be kept alive and never read again, and whoever asks next over it would wait for it to run out.
 */
export function throwUnreadBodiesAway(fastify: Pick<FastifyInstance, 'addHook'>): void {
  fastify.addHook('onResponse', (request, _reply, done) => {
    // Its parser took as much as it needed, and holds the rest back.
    request.raw.unpipe();
    request.raw.resume();
    done();
  });
}
