import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { JsonLog, signToken, TokenVerifier } from '@privity/service';
import { Agent, request } from 'undici';

import { Gateway } from './gateway.js';

jest.setTimeout(30_000);

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const identity = generateKeyPairSync('ed25519');
const token = await signToken(identity.privateKey, { subject: 'ines', roles: ['operator'], ttlSeconds: 600 });
const auth = { authorization: `Bearer ${token}` };

let answer: Handler;
let seen: {
  service: string;
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
}[];
let servers: Server[];
/** The second replica of routing; the first is `servers[1]`. */
let sibling: Server;
let siblingIsReady: boolean;
let gateway: Gateway;
let agent: Agent;
const lines: string[] = [];

async function serve(name: string): Promise<string> {
  const server = createServer((incoming, response) => {
    seen.push({ service: name, method: incoming.method, url: incoming.url, headers: incoming.headers });
    if (incoming.url === '/health' && server === sibling && !siblingIsReady) response.writeHead(503).end('{}');
    else if (incoming.url === '/health') response.end('{"status":"ready"}');
    else answer(incoming, response);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const send = (path: string, options: Parameters<typeof request>[1] = {}) => {
  // The path goes as it is: no client in between tidies it up.
  return request(gateway.url, { dispatcher: agent, path, ...options } as Parameters<typeof request>[1]);
};

async function problemOf(path: string, options: Parameters<typeof request>[1] = {}) {
  const { statusCode, headers, body } = await send(path, options);
  expect(headers['content-type']).toContain('application/problem+json');
  return { statusCode, ...((await body.json()) as { code: string; detail?: string }) };
}

const HEADERS_LIMIT_MS = 400;
const COMMAND_LIMIT_MS = 1_000;

beforeEach(async () => {
  siblingIsReady = true;
  seen = [];
  servers = [];
  answer = (_, response) => void response.end('{}');
  agent = new Agent();
  gateway = await Gateway.start({
    host: '127.0.0.1',
    port: 0,
    services: {
      registry: [await serve('registry')],
      routing: [await serve('routing')],
      recording: [await serve('recording')],
      audit: [await serve('audit')],
    },
    tokens: new TokenVerifier(identity.publicKey),
    log: new JsonLog('gateway', (line) => void lines.push(line)),
    headersLimitMs: HEADERS_LIMIT_MS,
    commandLimitMs: COMMAND_LIMIT_MS,
  });
});
afterEach(async () => {
  await agent.destroy();
  await gateway.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the public door', () => {
  it('waits for nobody who never ends their headers, and for sound as long as it takes', async () => {
    const idle = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    idle.on('error', () => undefined).resume();
    idle.write('POST /api/calls HTTP/1.1\r\nhost: x\r\n');
    const closed = once(idle, 'close').then(() => 'closed');
    answer = (incoming, response) => void incoming.on('end', () => response.end('{}')).resume();
    const body = new PassThrough();
    body.write('sound');
    const sending = send('/api/calls/c-1/media', { method: 'POST', headers: auth, body });
    expect(await Promise.race([closed, pause(4 * HEADERS_LIMIT_MS, 'open', { ref: false })])).toBe('closed');
    body.end();
    expect((await sending).statusCode).toBe(200);
  });

  it('lets anybody ask the registry about their own number, and does nothing else for them', async () => {
    for (const path of ['/api/protections/check', '/api/protections/check/codes']) {
      expect((await send(path, { method: 'POST', body: '{}' })).statusCode).toBe(200);
      for (const method of ['GET', 'PUT', 'DELETE'] as const) {
        expect(await problemOf(path, { method })).toMatchObject({ statusCode: 401, code: 'unauthenticated' });
      }
    }
    expect(seen.map(({ service, url }) => [service, url])).toEqual([
      ['registry', '/api/protections/check'],
      ['registry', '/api/protections/check/codes'],
    ]);
  });

  it('lets nobody through without a token of this installation, and asks no service', async () => {
    const foreign = generateKeyPairSync('ed25519').privateKey;
    const request = { subject: 'x', roles: ['operator'], ttlSeconds: 60 } as const;
    const wrong = [
      {},
      { authorization: `Bearer ${await signToken(foreign, request)}` },
      { authorization: `Bearer ${await signToken(identity.privateKey, { ...request, ttlSeconds: -1 })}` },
    ];
    for (const headers of wrong) {
      for (const path of ['/api/calls/1', '/log/tile/entries/000', '/feed/audit/0', '/api/stream/status']) {
        expect(await problemOf(path, { headers })).toMatchObject({ statusCode: 401, code: 'unauthenticated' });
      }
    }
    expect(seen).toEqual([]);
  });

  it('passes tiles and checkpoint on to anybody', async () => {
    expect((await send('/log/checkpoint')).statusCode).toBe(200);
    expect(seen).toMatchObject([{ service: 'audit', url: '/log/checkpoint' }]);
  });

  it('knows no other route, and does not repeat what was asked for', async () => {
    for (const path of [
      '/internal/heartbeat',
      '/api/calls/../../internal/x',
      '/api/2125550101',
      '/api/calls/%2e%2e/%2e%2e/internal/x',
    ]) {
      const problem = await problemOf(path, { headers: auth });
      expect(problem).toMatchObject({ statusCode: 404, code: 'not-found' });
      expect(JSON.stringify(problem)).not.toContain('2125550101');
    }
    expect(seen).toEqual([]);
  });

  it('passes on method, query, status and headers, but not those of one connection', async () => {
    answer = (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-3/10', connection: 'x-inner', 'x-inner': 'no', etag: '"1"' });
      response.end('abcd');
    };
    const headers = { ...auth, range: 'bytes=0-3', 'proxy-authorization': 'secret' };
    const result = await send('/api/playbacks/1/audio?x=%20y', { headers });
    expect(result).toMatchObject({ statusCode: 206, headers: { 'content-range': 'bytes 0-3/10', etag: '"1"' } });
    expect(result.headers).not.toHaveProperty('x-inner');
    expect(await result.body.text()).toBe('abcd');
    expect(seen).toMatchObject([
      { service: 'recording', method: 'GET', url: '/api/playbacks/1/audio?x=%20y', headers: { range: 'bytes=0-3' } },
    ]);
    expect(seen[0]?.headers).not.toHaveProperty('proxy-authorization');
  });
});

describe('a body', () => {
  const media = { method: 'POST', headers: { ...auth, 'content-type': 'audio/basic' } } as const;

  it('reaches the service while it is still being sent', async () => {
    const arrived: string[] = [];
    answer = async (incoming, response) => {
      for await (const chunk of incoming) arrived.push(String(chunk));
      response.end(JSON.stringify(arrived));
    };
    const body = new PassThrough();
    const answered = send('/api/calls/1/media', { ...media, body });
    for (const chunk of ['one', 'two', 'three']) {
      body.write(chunk);
      for (let waited = 0; arrived.at(-1) !== chunk && waited < 200; waited += 1) await pause(10);
      expect(arrived.at(-1)).toBe(chunk);
    }
    body.end();
    expect(await (await answered).body.json()).toEqual(['one', 'two', 'three']);
    expect(seen).toMatchObject([{ service: 'recording' }]);
  });

  it('that is small reaches the service whole, or not at all', async () => {
    let arrived = '';
    answer = async (incoming, response) => {
      for await (const chunk of incoming) arrived += String(chunk);
      response.end('{}');
    };
    const { hostname, port } = new URL(gateway.url);
    const head = `POST /api/calls HTTP/1.1\r\nhost: gateway\r\nauthorization: ${auth.authorization}\r\ncontent-length: 8\r\n\r\n`;
    const gone = connect(Number(port), hostname);
    gone.write(`${head}half`);
    await pause(50);
    gone.destroy();
    const socket = connect(Number(port), hostname).resume();
    socket.write(`${head}half`);
    await pause(50);
    expect(seen).toEqual([]);
    socket.write('more');
    while (arrived === '') await pause(10);
    socket.destroy();
    expect(arrived).toBe('halfmore');
    expect(seen).toMatchObject([{ service: 'routing', headers: { 'content-length': '8' } }]);
    expect(lines.filter((line) => line.includes('request failed'))).toEqual([]);
  });

  it('comes back while the service is still sending', async () => {
    let finish = (): void => undefined;
    answer = (_, response) => {
      response.write('first');
      finish = () => void response.end('last');
    };
    const { body } = await send('/api/playbacks/1/audio', { headers: auth });
    const chunks = body[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe('first');
    finish();
    expect(String((await chunks.next()).value)).toBe('last');
  });

  it('that is not wanted ends in the answer, not in a broken connection', async () => {
    answer = (incoming, response) => {
      response.writeHead(403, { 'content-type': 'application/problem+json' });
      response.end('{"code":"permit-missing"}');
      incoming.resume();
    };
    // A caller that sends all it has before it reads: more than all buffers in between hold.
    const size = 16 * 1024 * 1024;
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    const head = (path: string, bytes: number) =>
      `POST ${path} HTTP/1.1\r\nhost: gateway\r\nauthorization: ${auth.authorization}\r\ncontent-length: ${bytes}\r\n\r\n`;
    await new Promise((resolve) =>
      socket.write(Buffer.concat([Buffer.from(head('/api/calls/1/media', size)), Buffer.alloc(size)]), resolve),
    );
    // The connection is whole: what is asked next on it is answered, too.
    answer = (_, response) => void response.end('next');
    socket.write(head('/api/calls', 0));
    while (!text.includes('next')) await pause(10);
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 403 [^]*permit-missing[^]*HTTP\/1\.1 200 /);
  });

  it('that breaks off breaks off for the service too: half a recording never looks whole', async () => {
    let ended = false;
    const broken = new Promise((resolve) => {
      answer = (incoming) => {
        incoming.on('end', () => (ended = true));
        incoming.on('close', resolve);
        incoming.resume();
      };
    });
    const body = new PassThrough();
    const controller = new AbortController();
    const gone = send('/api/calls/1/media', { ...media, body, signal: controller.signal }).catch(() => 'gone');
    body.write('half');
    while (seen.length === 0) await pause(10);
    controller.abort();
    expect(await gone).toBe('gone');
    await broken;
    expect(ended).toBe(false);
  });
});

describe('a service that is away', () => {
  it('is a 503, one that breaks off a 502, and neither says where it runs', async () => {
    answer = (incoming) => void incoming.socket.destroy();
    const failed = await problemOf('/api/calls', { method: 'POST', headers: auth, body: '{}' });
    expect(failed).toMatchObject({ statusCode: 502, code: 'upstream-failed' });
    const routing = servers[1];
    routing?.closeAllConnections();
    await new Promise((resolve) => routing?.close(resolve));
    const down = await problemOf('/api/calls/1', { headers: auth });
    expect(down).toMatchObject({ statusCode: 503, code: 'unavailable' });
    expect(down.detail).toBe('The routing service does not answer.');
  });

  it('that takes a command and says nothing is a 504 soon; sound it may take as long as it likes', async () => {
    answer = () => undefined;
    const json = { ...auth, 'content-type': 'application/json' };
    const hung = await problemOf('/api/protections', { method: 'POST', headers: json, body: '{}' });
    expect(hung).toMatchObject({ statusCode: 504, code: 'upstream-timeout' });
    answer = (incoming, response) =>
      void incoming.resume().on('end', () => setTimeout(() => response.end(), 4 * COMMAND_LIMIT_MS));
    const sound = { ...auth, 'content-type': 'audio/basic' };
    const kept = await send('/api/calls/1/media', { method: 'POST', headers: sound, body: 'sound' });
    expect(kept.statusCode).toBe(200);
  }, 20_000);

  it('shows in health and in the stream status', async () => {
    const health = async () => (await send('/health')).body.json();
    expect(await health()).toMatchObject({ status: 'ready', checks: { registry: 'ok', audit: 'ok' } });
    const shards = [{ shard: 0, head: 5 }];
    const consumers = [{ consumer: 'audit.log', version: 1, source: '/privity/registry', shard: 0, applied: 3 }];
    answer = (incoming, response) => {
      expect(incoming.headers.authorization).toBe(auth.authorization);
      const said = [
        { source: '/privity/registry', shards, consumers: [] },
        { shards: [], consumers: [] },
        { shards: [], consumers: [] },
        { shards: [], consumers },
      ];
      const which = servers.findIndex(
        (server) => (server.address() as AddressInfo | null)?.port === incoming.socket.localPort,
      );
      response.end(JSON.stringify(said[which]));
    };
    const status = async () => (await send('/api/stream/status', { headers: auth })).body.json();
    const lag = { consumer: 'audit.log', version: 1, applied: 3, lag: 2 };
    expect(await status()).toEqual({
      sources: [{ source: '/privity/registry', shards: [{ shard: 0, head: 5, consumers: [lag] }] }],
      unreachable: [],
    });
    servers[2]?.closeAllConnections();
    await new Promise((resolve) => servers[2]?.close(resolve));
    expect(await health()).toMatchObject({ status: 'not-ready', checks: { recording: 'no answer', registry: 'ok' } });
    expect(await status()).toMatchObject({ unreachable: ['recording'] });
  });
});

describe('two replicas of a service', () => {
  let both: Gateway;
  beforeEach(async () => {
    const replicas = await Promise.all([serve('one'), serve('two')]);
    sibling = servers.at(-1) as Server;
    const elsewhere = { registry: replicas, recording: replicas, audit: replicas };
    both = await Gateway.start({
      host: '127.0.0.1',
      port: 0,
      services: { routing: replicas, ...elsewhere },
      tokens: new TokenVerifier(identity.publicKey),
      log: new JsonLog('gateway', (line) => void lines.push(line)),
    });
  });
  afterEach(() => both.close());

  const ask = async (options: Parameters<typeof request>[1] = {}) => {
    const { statusCode, body } = await request(both.url, {
      dispatcher: agent,
      path: '/api/calls',
      headers: auth,
      ...options,
    } as Parameters<typeof request>[1]);
    await body.dump();
    return statusCode;
  };
  const asked = () => seen.filter(({ url }) => url === '/api/calls').map(({ service }) => service);
  const kill = async (server: Server | undefined) => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  };

  it('share the requests', async () => {
    for (let n = 0; n < 6; n += 1) expect(await ask()).toBe(200);
    expect(asked().filter((service) => service === 'one')).toHaveLength(3);
    expect(asked().filter((service) => service === 'two')).toHaveLength(3);
  });

  it('stand in for each other when one is not there: no request fails, whole bodies arrive', async () => {
    await kill(sibling);
    const bodies: string[] = [];
    answer = async (incoming, response) => {
      let text = '';
      for await (const chunk of incoming) text += String(chunk);
      bodies.push(text);
      response.end('{}');
    };
    const stream = () => {
      const body = new PassThrough();
      body.write('streamed, ');
      setTimeout(() => body.end('whole'), 30);
      return body;
    };
    for (let n = 0; n < 4; n += 1) expect(await ask({ method: 'POST', body: '{"callId":"1"}' })).toBe(200);
    for (let n = 0; n < 4; n += 1) expect(await ask({ method: 'POST', body: stream() })).toBe(200);
    expect(bodies).toEqual([...Array<string>(4).fill('{"callId":"1"}'), ...Array<string>(4).fill('streamed, whole')]);
  });

  it('are not both asked to do what one may have done already', async () => {
    answer = (incoming) => void incoming.socket.destroy();
    expect(await ask({ method: 'POST', body: '{"callId":"1"}' })).toBe(502);
    expect(asked()).toHaveLength(1);
    expect(await ask()).toBe(502);
    expect(new Set(asked().slice(1))).toEqual(new Set(['one', 'two']));
  });

  it('get nothing while they say that they are not ready, and requests again once they are', async () => {
    const health = async () => {
      const { statusCode, body } = await request(`${both.url}/health`, { dispatcher: agent });
      return { statusCode, ...((await body.json()) as { checks: Record<string, string> }) };
    };
    siblingIsReady = false;
    expect(await health()).toMatchObject({ statusCode: 200, checks: { routing: '1 of 2 replicas' } });
    for (let n = 0; n < 6; n += 1) await ask();
    expect(asked()).toEqual(Array<string>(6).fill('one'));
    siblingIsReady = true;
    expect(await health()).toMatchObject({ statusCode: 200, checks: { routing: 'ok' } });
    for (let n = 0; n < 2; n += 1) await ask();
    expect(asked().slice(6).sort()).toEqual(['one', 'two']);
  });
});
