import type { Readable } from 'node:stream';

import { Pool, type Dispatcher } from 'undici';

import { ProblemError } from './problem-error.js';

export interface ConnectionOptions {
  /** The gateway's public port, `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** Bearer JWT (`privity token <user> --role R`). Absent: public routes only. */
  readonly token?: string;
  /** Connections kept to the gateway; each carries one request at a time. */
  readonly connections?: number;
  /** Runs what may be sent again, all but streamed bodies: once where absent. It decides after which error, and how often. */
  readonly attempts?: <T>(attempt: () => Promise<T>) => Promise<T>;
}

export interface RequestBody {
  readonly content: string | Buffer | Readable | AsyncIterable<Uint8Array>;
  readonly type: string;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly signal?: AbortSignal;
}

type Method = 'GET' | 'POST' | 'PUT';

/** Pooled keep-alive connections to one base URL, with the token on each request and problems as errors. */
export class HttpConnection {
  private readonly pool: Pool;
  private readonly basePath: string;

  constructor(private readonly options: ConnectionOptions) {
    const base = new URL(options.baseUrl);
    this.basePath = base.pathname.replace(/\/+$/, '');
    // A call's media is answered when the call ends, so no limit on waiting for the answer.
    this.pool = new Pool(base.origin, { connections: options.connections ?? 32, headersTimeout: 0, bodyTimeout: 0 });
  }

  /** @throws ProblemError for any status from 400 on */
  json<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    return this.attempt(options, async () => {
      const { body } = await this.raw(method, path, options);
      const text = await body.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    });
  }

  text(path: string, options: RequestOptions = {}): Promise<string> {
    return this.attempt(options, async () => (await this.raw('GET', path, options)).body.text());
  }

  bytes(path: string, options: RequestOptions = {}): Promise<Buffer> {
    return this.attempt(options, async () =>
      Buffer.from(await (await this.raw('GET', path, options)).body.arrayBuffer()),
    );
  }

  /** The answer as it comes; its body must be read to the end or destroyed. */
  async raw(method: Method, path: string, options: RequestOptions = {}): Promise<Dispatcher.ResponseData> {
    const { token } = this.options;
    const answer = await this.pool.request({
      method,
      path: `${this.basePath}${path}${queryString(options.query)}`,
      headers: {
        accept: 'application/json, application/problem+json;q=0.9, */*;q=0.8',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(options.body === undefined ? {} : { 'content-type': options.body.type }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: bodyOf(options.body.content) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (answer.statusCode < 400) return answer;
    throw new ProblemError(answer.statusCode, await problemBody(answer));
  }

  private attempt<T>({ body }: RequestOptions, send: () => Promise<T>): Promise<T> {
    const again = body === undefined || typeof body.content === 'string' || Buffer.isBuffer(body.content);
    return again && this.options.attempts !== undefined ? this.options.attempts(send) : send();
  }

  /** Waits for what is under way, then closes the connections. */
  close(): Promise<void> {
    return this.pool.close();
  }
}

/** undici takes an async iterable as a body although its types name only `Readable`. */
function bodyOf(content: RequestBody['content']): Exclude<Dispatcher.DispatchOptions['body'], undefined> {
  return content as Readable;
}

async function problemBody(answer: Dispatcher.ResponseData): Promise<unknown> {
  const text = await answer.body.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function queryString(query: RequestOptions['query']): string {
  const entries = Object.entries(query ?? {}).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}
