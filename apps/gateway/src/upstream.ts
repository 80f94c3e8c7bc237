import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';

import { PrivityError } from '@privity/kernel';
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

const CONNECTIONS = 256;
const ANSWER_LIMIT_MS = 60_000;
/** Kept-alive connections to one service. Bodies stream both ways as fast as the slower side takes them. */
export class Upstream {
  private readonly pool: Pool;

  constructor(
    readonly name: string,
    baseUrl: string,
  ) {
    this.pool = new Pool(baseUrl, { connections: CONNECTIONS, keepAliveTimeout: 30_000, bodyTimeout: 0 });
  }

  /** Passes a request on and its answer back. @throws UpstreamFailed */
  async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = hasBody(request) ? new PassThrough() : null;
    if (body !== null) request.pipe(body);
    try {
      await this.relay(request, body, response).catch((error: unknown) => {
        // The service may have closed an idle connection just as it was taken; asking again changes nothing.
        const again = codeOf(error) === 'UND_ERR_SOCKET' && request.method === 'GET' && body === null;
        if (!again || response.headersSent) throw error;
        return this.relay(request, body, response);
      });
    } catch (error) {
      throw this.failure(error);
    } finally {
      if (body !== null) letGo(request, body);
    }
  }

  /** A JSON answer of the service for the gateway's own use. */
  async get(
    path: string,
    headers: Readonly<Record<string, string>>,
    limitMs: number,
  ): Promise<{ status: number; body: unknown }> {
    try {
      const signal = AbortSignal.timeout(limitMs);
      const { statusCode, body } = await this.pool.request({ method: 'GET', path, headers, signal });
      return { status: statusCode, body: await body.json() };
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Lets requests under way finish for so long, then cuts them. */
  async close(limitMs: number): Promise<void> {
    const timer = setTimeout(() => void this.pool.destroy(), limitMs);
    await this.pool.close();
    clearTimeout(timer);
  }

  private relay(request: IncomingMessage, body: PassThrough | null, response: ServerResponse): Promise<void> {
    const answer = new RelayedAnswer(response);
    this.pool.dispatch(
      {
        method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
        path: request.url ?? '/',
        headers: endToEnd(request.headers),
        body,
        // A call's media is answered when the call ends.
        headersTimeout: body === null ? ANSWER_LIMIT_MS : 0,
      },
      answer,
    );
    return answer.finished;
  }

  private failure(error: unknown): UpstreamFailed {
    const code = codeOf(error);
    if (code === 'UND_ERR_HEADERS_TIMEOUT') return new UpstreamFailed(this.name, 'upstream-timeout', error);
    const isDown = code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_CLOSED';
    return new UpstreamFailed(this.name, isDown ? 'unavailable' : 'upstream-failed', error);
  }
}

/**
 * Where a service answers before it has read everything (media without a permit), the rest is read and dropped, so that
 * the caller gets to see the answer instead of a broken connection.
 */
function letGo(request: IncomingMessage, body: PassThrough): void {
  request.unpipe(body);
  body.destroy();
  request.resume();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
