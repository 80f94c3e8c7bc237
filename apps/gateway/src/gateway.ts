import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { mergeStreamStatus, type StreamStatus } from '@privity/event-stream';
import { PrivityError } from '@privity/kernel';
import type { ContextName, JsonLog, Running, TokenVerifier } from '@privity/service';

import { answerJson, answerProblem, RouteNotFound } from './answer.js';
import { PublicLimits } from './public-limits.js';
import { routeOf } from './route-table.js';
import { type ReplicaState, Upstream, UpstreamFailed } from './upstream.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Base URLs of each service's replicas. */
  readonly services: Readonly<Record<ContextName, readonly string[]>>;
  readonly tokens: TokenVerifier;
  readonly log: JsonLog;
  /** How long a request's headers may take; default a minute. */
  readonly headersLimitMs?: number;
  /** How long the answer to a command may take; default ten seconds. */
  readonly commandLimitMs?: number;
  /** Forms that one client may send without a token; default twenty. */
  readonly registrationsPerHour?: number;
  /** Proxies in front of the gateway; default none. */
  readonly proxyHops?: number;
}

const HEADERS_LIMIT_MS = 60_000;
const HEALTH_LIMIT_MS = 3_000;
const STATUS_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 5_000;
const IDLE_CHECK_MS = 50;

/** The one public door. It verifies who asks before anything goes further; the services verify again. */
export class Gateway implements Running {
  private readonly upstreams: ReadonlyMap<string, Upstream>;
  private readonly server: Server;
  private readonly limits: PublicLimits;

  private constructor(private readonly options: GatewayOptions) {
    this.upstreams = new Map(
      Object.entries(options.services).map(([name, urls]) => [name, new Upstream(name, urls, options.commandLimitMs)]),
    );
    this.limits = new PublicLimits(options);
    const headersTimeout = options.headersLimitMs ?? HEADERS_LIMIT_MS;
    // A call's audio arrives for as long as the call lasts; the headers, which no token covers yet, do not. Node takes no
    // limit on the one for no limit on the other, so it is named.
    const limits = { requestTimeout: 0, headersTimeout, connectionsCheckingInterval: headersTimeout / 4 };
    this.server = createServer({ ...limits, keepAliveTimeout: 60_000 }, (request, response) => {
      this.handle(request, response).catch((error: unknown) => this.fail(response, error));
    });
  }

  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    await new Promise<void>((resolve, reject) => {
      gateway.server.once('error', reject);
      gateway.server.listen(options.port, options.host, () => {
        gateway.server.off('error', reject);
        resolve();
      });
    });
    return gateway;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://${this.options.host}:${port}`;
  }

  /** Takes no more requests, lets those under way finish for a while, then cuts them. */
  async close(): Promise<void> {
    const idle = setInterval(() => this.server.closeIdleConnections(), IDLE_CHECK_MS);
    const limit = setTimeout(() => this.server.closeAllConnections(), STOP_LIMIT_MS);
    await new Promise((resolve) => this.server.close(resolve));
    clearInterval(idle);
    clearTimeout(limit);
    await Promise.all([...this.upstreams.values()].map((upstream) => upstream.close(STOP_LIMIT_MS)));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    if (path === '/health' && request.method === 'GET') return this.health(response);
    if (path === '/api/stream/status' && request.method === 'GET') return this.streamStatus(request, response);
    const route = routeOf(path, request.method);
    const upstream = route === undefined ? undefined : this.upstreams.get(route.service);
    if (route === undefined || upstream === undefined) throw new RouteNotFound();
    const { isPublic, counted } = route;
    const { authorization } = request.headers;
    // Whoever shows a token where none is needed is known by it, and is not counted by address.
    if (!isPublic || (counted !== undefined && authorization !== undefined)) {
      await this.options.tokens.verify(authorization);
    } else if (counted !== undefined) await this.limits.admit(counted, request);
    await upstream.forward(request, response);
  }

  /** 200 where a replica of every service is ready; says how many are. */
  private async health(response: ServerResponse): Promise<void> {
    const services = await Promise.all(
      [...this.upstreams].map(async ([name, upstream]) => ({ name, states: await upstream.states(HEALTH_LIMIT_MS) })),
    );
    const isReady = services.every(({ states }) => states.includes('ok'));
    const status = isReady ? 'ready' : 'not-ready';
    const checks = Object.fromEntries(services.map(({ name, states }) => [name, inWords(states)]));
    answerJson(response, isReady ? 200 : 503, { status, service: 'gateway', checks });
  }

  /** What all services say of the stream, merged; asked with the caller's own token, so that they decide who may know. */
  private async streamStatus(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization = '' } = request.headers;
    await this.options.tokens.verify(request.headers.authorization);
    const unreachable: string[] = [];
    const statuses: StreamStatus[] = [];
    const ask = async (name: string, upstream: Upstream): Promise<void> => {
      try {
        const { status, body } = await upstream.get('/stream/status', { authorization }, STATUS_LIMIT_MS);
        if (status === 403) throw new PrivityError('forbidden', 403, 'None of your roles may do this.');
        if (status === 200) statuses.push(body as StreamStatus);
        else unreachable.push(name);
      } catch (error) {
        if (!(error instanceof UpstreamFailed)) throw error;
        unreachable.push(name);
      }
    };
    await Promise.all([...this.upstreams].map(([name, upstream]) => ask(name, upstream)));
    answerJson(response, 200, { sources: mergeStreamStatus(statuses), unreachable: unreachable.sort() });
  }

  private fail(response: ServerResponse, error: unknown): void {
    if (!(error instanceof PrivityError)) this.options.log.failure('request failed', error);
    else if (error.status >= 500) this.options.log.line('warn', error.message, { code: error.code });
    answerProblem(response, error);
  }
}

function inWords(states: readonly ReplicaState[]): string {
  const [unwell] = states.filter((state) => state !== 'ok');
  if (unwell === undefined) return 'ok';
  return states.length === 1
    ? unwell
    : `${states.filter((state) => state === 'ok').length} of ${states.length} replicas`;
}
