import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JsonLog, TokenVerifier } from '@privity/service';

import { Gateway } from './gateway.js';

const RECEIPT = '/api/registrations/0190f3a0-0000-7000-8000-0000000000b1';
const COMMAND_LIMIT_MS = 300;

describe('what needs no token', () => {
  let service: Server;
  let gateway: Gateway;
  let asked: string[];
  const lines: string[] = [];
  beforeEach(async () => {
    asked = [];
    service = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(202).end('{}');
    });
    await once(service.listen(0, '127.0.0.1'), 'listening');
    const urls = [`http://127.0.0.1:${(service.address() as AddressInfo).port}`];
    gateway = await Gateway.start({
      ...{ host: '127.0.0.1', port: 0, registrationsPerHour: 2, proxyHops: 1, commandLimitMs: COMMAND_LIMIT_MS },
      services: { registry: urls, routing: urls, recording: urls, audit: urls },
      tokens: new TokenVerifier(generateKeyPairSync('ed25519').publicKey),
      log: new JsonLog('gateway', (line) => void lines.push(line)),
    });
  });
  afterEach(async () => {
    await gateway.close();
    service.closeAllConnections();
    service.close();
  });

  const send = (method: string, path: string, client = '192.0.2.7') =>
    fetch(`${gateway.url}${path}`, {
      ...{ method, headers: { 'x-forwarded-for': client, 'content-type': 'application/json' } },
      ...(method === 'POST' ? { body: '{}' } : {}),
    });
  const times = async (n: number, method: string, path: string, client?: string) => {
    const statuses: number[] = [];
    for (let sent = 0; sent < n; sent += 1) statuses.push((await send(method, path, client)).status);
    return statuses;
  };

  it('is a form, its receipt and its page, and nothing below or beside them', async () => {
    expect(await times(1, 'POST', '/api/registrations')).toEqual([202]);
    expect(await times(1, 'GET', RECEIPT)).toEqual([202]);
    expect(await times(1, 'GET', '/register')).toEqual([202]);
    expect(asked).toEqual(['POST /api/registrations', `GET ${RECEIPT}`, 'GET /register']);
    const closed = [
      ...[await times(1, 'GET', `${RECEIPT}/form`), await times(1, 'POST', RECEIPT)],
      ...[await times(1, 'GET', '/api/registrations'), await times(1, 'POST', '/api/attorneys')],
    ];
    expect(closed.flat()).toEqual([401, 401, 401, 401]);
    expect(asked).toHaveLength(3);
  });

  it('is counted by client: whoever sends too much is told when to come again, others are not', async () => {
    expect(await times(3, 'POST', '/api/registrations')).toEqual([202, 202, 429]);
    const refused = await send('POST', '/api/registrations');
    expect(await refused.json()).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(3_600);
    expect(await times(1, 'POST', '/api/registrations', '192.0.2.8')).toEqual([202]);
    // What a client writes itself stands left of what the proxy heard.
    expect(await times(1, 'POST', '/api/registrations', '198.51.100.1, 192.0.2.7')).toEqual([429]);
    expect(await times(3, 'POST', '/api/registrations', '2001:db8::1')).toEqual([202, 202, 429]);
    expect(await times(1, 'POST', '/api/registrations', '2001:db8::ffff:1')).toEqual([429]);
    expect(await times(1, 'POST', '/api/registrations', '2001:db8:0:1::1')).toEqual([202]);
    expect(asked).toHaveLength(6);
    expect(lines.join('')).not.toMatch(/192\.0\.2|2001:db8/);
  });

  it('is counted for self-checks by themselves, and not for whoever shows a token', async () => {
    expect(await times(7, 'POST', '/api/protections/check')).toEqual([...Array<number>(6).fill(202), 429]);
    expect(await times(1, 'POST', '/api/protections/check/codes')).toEqual([429]);
    expect(await times(1, 'POST', '/api/registrations')).toEqual([202]);
    const authorization = 'Bearer a.b.c';
    const path = `${gateway.url}/api/protections/check`;
    expect((await fetch(path, { method: 'POST', headers: { authorization } })).status).toBe(401);
  });

  it('lets whoever registered look more often than that', async () => {
    expect(await times(13, 'GET', RECEIPT)).toEqual([...Array<number>(12).fill(202), 429]);
    expect(await times(1, 'POST', '/api/registrations')).toEqual([202]);
  });

  it('waits for nobody who never ends their form', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined).resume();
    const began = Date.now();
    socket.write('POST /api/registrations HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nhalf');
    await once(socket, 'close');
    expect(Date.now() - began).toBeLessThan(20 * COMMAND_LIMIT_MS);
    expect(asked).toEqual([]);
  });
});
