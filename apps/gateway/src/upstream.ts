import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';

import { PrivityError } from '@privity/kernel';
import { Replicas } from '@privity/service';
import { type Dispatcher, Pool } from 'undici';

import { endToEnd } from './end-to-end-headers.js';
import { RelayedAnswer } from './relayed-answer.js';

/** The service behind a route does not answer. Names the service, not where it runs. */
export class UpstreamFailed extends PrivityError {
  constructor(service: string, code: 'unavailable' | 'upstream-failed' | 'upstream-timeout', cause: unknown) {
    const status = { unavailable: 503, 'upstream-failed': 502, 'upstream-timeout': 504 }[code];
    super(code, status, `The ${service} service does not answer.`, { cause });
  }
}

/** How a replica is: `ok`, or why it gets no requests. */
export type ReplicaState = 'ok' | 'not ready' | 'no answer';

const CONNECTIONS = 256;
const ANSWER_LIMIT_MS = 60_000;
/** Whoever sends a whole command waits for it: a call at somebody's ear. It may be repeated under its id. */
const COMMAND_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
const LOOK_LIMIT_MS = 1_500;
/** Of a body that is passed on whole, in one write with its headers: a stream costs as much as the rest of the request. */
const WHOLE_BYTES = 16 * 1024;
/** Nobody was reached: not a byte of the request was sent. */
const DOWN: readonly unknown[] = ['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CLOSED'];

/**
 * Kept-alive connections to the replicas of one service, each of which is asked in turn; one that is dead or not ready is
 * passed over until it is well. Bodies stream both ways as fast as the slower side takes them.
 */
export class Upstream {
  private readonly replicas: Replicas<Pool>;
  private readonly looking: NodeJS.Timeout | undefined;

  constructor(
    readonly name: string,
    baseUrls: readonly string[],
    private readonly commandLimitMs = COMMAND_LIMIT_MS,
  ) {
    const options = { connections: CONNECTIONS, keepAliveTimeout: 30_000, bodyTimeout: 0 };
    this.replicas = new Replicas(baseUrls.map((url) => new Pool(url, options)));
    // Where there is only one, it is asked whatever it says of itself.
    if (baseUrls.length > 1) this.looking = setInterval(() => void this.states(LOOK_LIMIT_MS), LOOK_EVERY_MS).unref();
  }

  /**
   * Passes a request on and its answer back. Another replica is asked only where the first was not reached, or where
   * asking again changes nothing: what was sent of a body is never sent again. @throws UpstreamFailed
   */
  async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const length = bodyLength(request);
    const small = length > 0 && length <= WHOLE_BYTES ? await whole(request) : null;
    // The caller went away in the middle of it.
    if (small === undefined) return;
    const replicas = this.replicas.inTurn();
    const repeatable = (request.method === 'GET' || request.method === 'HEAD') && length === 0;
    // The last turn is the first once more: it may have closed an idle connection just as that was taken.
    const turns = repeatable ? [...replicas, ...replicas.slice(0, 1)] : replicas;
    const sending = { begun: false };
    try {
      for (const [n, replica] of turns.entries()) {
        try {
          return await this.relay(replica, request, small, response, sending);
        } catch (error) {
          if (DOWN.includes(codeOf(error))) this.replicas.silent(replica);
          const isSafe = repeatable ? codeOf(error) !== 'UND_ERR_HEADERS_TIMEOUT' : !sending.begun;
          if (!isSafe || response.headersSent || n === turns.length - 1) throw this.failure(error);
          if (response.destroyed) return;
        }
      }
    } finally {
      // Where a service answers before it has read everything (media without a permit), the rest is read and dropped, so
      // that the caller gets to see the answer instead of a broken connection.
      if (length > WHOLE_BYTES) request.resume();
    }
  }

  /** A JSON answer of the service, from any replica, for the gateway's own use. @throws UpstreamFailed */
  async get(
    path: string,
    headers: Readonly<Record<string, string>>,
    limitMs: number,
  ): Promise<{ status: number; body: unknown }> {
    let failure: unknown;
    for (const replica of this.replicas.inTurn()) {
      try {
        return await ask(replica, path, headers, limitMs);
      } catch (error) {
        this.replicas.silent(replica);
        failure = error;
      }
    }
    throw this.failure(failure);
  }

  /** How each replica says that it is. One that is not ready gets no requests while another is. */
  states(limitMs: number): Promise<ReplicaState[]> {
    return Promise.all(
      this.replicas.all.map(async (replica) => {
        const answer = await ask(replica, '/health', {}, limitMs).catch(() => undefined);
        if (answer?.status === 200) this.replicas.answers(replica);
        else this.replicas.silent(replica);
        return answer === undefined ? 'no answer' : answer.status === 200 ? 'ok' : 'not ready';
      }),
    );
  }

  /** Lets requests under way finish for so long, then cuts them. */
  async close(limitMs: number): Promise<void> {
    clearInterval(this.looking);
    const timer = setTimeout(() => this.replicas.all.forEach((replica) => void replica.destroy()), limitMs);
    await Promise.all(this.replicas.all.map((replica) => replica.close()));
    clearTimeout(timer);
  }

  private relay(
    replica: Pool,
    request: IncomingMessage,
    small: Buffer | null,
    response: ServerResponse,
    sending: { begun: boolean },
  ): Promise<void> {
    const stream = bodyLength(request) > WHOLE_BYTES ? new PassThrough() : null;
    const answer = new RelayedAnswer(response, () => {
      sending.begun = true;
      // Only now: of what a replica that was not reached has taken of the body, the next one would get nothing.
      if (stream !== null) request.pipe(stream);
    });
    replica.dispatch(
      {
        method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
        path: request.url ?? '/',
        headers: endToEnd(request.headers),
        body: small ?? stream,
        headersTimeout: answerLimitMs(request, this.commandLimitMs),
      },
      answer,
    );
    return answer.finished.finally(() => {
      if (stream === null) return;
      request.unpipe(stream);
      stream.destroy();
    });
  }

  private failure(error: unknown): UpstreamFailed {
    const code = codeOf(error);
    if (code === 'UND_ERR_HEADERS_TIMEOUT') return new UpstreamFailed(this.name, 'upstream-timeout', error);
    return new UpstreamFailed(this.name, DOWN.includes(code) ? 'unavailable' : 'upstream-failed', error);
  }
}

async function ask(replica: Pool, path: string, headers: Readonly<Record<string, string>>, limitMs: number) {
  const signal = AbortSignal.timeout(limitMs);
  const { statusCode, body } = await replica.request({ method: 'GET', path, headers, signal });
  return { status: statusCode, body: await body.json() };
}

/** A call's media is answered when the call ends, an upload when it is all there. */
function answerLimitMs(request: IncomingMessage, commandLimitMs: number): number {
  if (bodyLength(request) === 0) return ANSWER_LIMIT_MS;
  return /^application\/json\b/i.test(request.headers['content-type'] ?? '') ? commandLimitMs : 0;
}

/** Bytes; infinite where only the end will tell. */
function bodyLength({ headers }: IncomingMessage): number {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
}

function whole(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve(undefined));
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
