import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { tilePath } from './audit.js';
import { PrivityClient } from './privity-client.js';
import { ProblemError } from './problem-error.js';

let server: Server;
let client: PrivityClient;
let received: { line: string; headers: IncomingMessage['headers']; body: string }[];
let answer: (response: ServerResponse, body: string) => void;

beforeEach(async () => {
  received = [];
  answer = (response) => void response.end('{}');
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('latin1');
    received.push({ line: `${request.method ?? ''} ${request.url ?? ''}`, headers: request.headers, body });
    answer(response, body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  client = new PrivityClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'a.b.c' });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

describe('the client', () => {
  it('asks the routes of the public port, with its token', async () => {
    await client.calls.decide({ callId: 'c 1', facility: 'F', caller: '7', dialed: '2125550101' });
    await client.calls.notice('c/1', { party: 'callee', result: 'accepted' });
    await client.calls.ended('c1', '2025-11-02T08:30:00.000Z');
    await client.setJurisdictionRules([]);
    await client.jurisdictionRules();
    await client.recordings.search({ facility: 'F', limit: 5 });
    await client.feed('routing', 3, { after: 17, limit: 100 });
    await client.audit.tile(0, 1_234_067, 12);
    expect(received.map(({ line }) => line)).toEqual([
      'POST /api/calls',
      'POST /api/calls/c%2F1/notices',
      'POST /api/calls/c1/ended',
      'PUT /api/jurisdictions/rules',
      'GET /api/jurisdictions/rules',
      'GET /api/recordings?facility=F&limit=5',
      'GET /feed/routing/3?after=17&limit=100',
      'GET /log/tile/0/x001/x234/067.p/12',
    ]);
    for (const { headers } of received) expect(headers.authorization).toBe('Bearer a.b.c');
  });

  it('registers, asks for the receipt and verifies', async () => {
    const form = { barState: 'NY', barNumber: '1', last: 'Ng', first: 'Ana', numbers: [{ number: '2125550101' }] };
    await client.registrations.register(form, 'k-1');
    await client.registrations.status('r/1');
    await client.registrations.form('r1');
    await client.attorneys.register({ ...form, numbers: ['2125550101'] });
    await client.attorneys.addDelegate('attorney-1', { ...form, as: 'expert' });
    await client.attorneys.verify('attorney-1', { registration: 'r1', result: 'confirmed', via: 'bar-office' });
    expect(received.map(({ line }) => line)).toEqual([
      'POST /api/registrations',
      'GET /api/registrations/r%2F1',
      'GET /api/registrations/r1/form',
      'POST /api/attorneys',
      'POST /api/attorneys/attorney-1/delegates',
      'POST /api/attorneys/attorney-1/verification',
    ]);
    expect(received[0]).toMatchObject({ body: JSON.stringify(form), headers: { 'idempotency-key': 'k-1' } });
  });

  it('turns a problem into an error that says what and where', async () => {
    answer = (response) => {
      response.writeHead(422, { 'content-type': 'application/problem+json' });
      response.end('{"code":"invalid-input","detail":"dialed is too short","field":"dialed","line":4}');
    };
    const refused = client.calls.decide({ callId: 'c', facility: 'F', caller: '7', dialed: '5' });
    await expect(refused).rejects.toBeInstanceOf(ProblemError);
    await expect(refused).rejects.toMatchObject({ status: 422, code: 'invalid-input', field: 'dialed', line: 4 });
    answer = (response) => {
      response.writeHead(502);
      response.end('<html>');
    };
    await expect(client.streamStatus()).rejects.toMatchObject({ status: 502, code: 'http-502' });
  });

  it('asks without a token whether a number is protected, by the code called out to it', async () => {
    const { port } = server.address() as AddressInfo;
    const anybody = new PrivityClient({ baseUrl: `http://127.0.0.1:${port}` });
    await anybody.protections.requestCode('2125550101');
    await anybody.protections.selfCheck('2125550101', '123456');
    await anybody.close();
    expect(received.map(({ line, body, headers }) => [line, body, headers.authorization])).toEqual([
      ['POST /api/protections/check/codes', '{"number":"2125550101"}', undefined],
      ['POST /api/protections/check', '{"number":"2125550101","code":"123456"}', undefined],
    ]);
  });

  it('streams media with its permit', async () => {
    async function* audio() {
      yield Buffer.from('abc');
      yield Buffer.from('def');
    }
    await client.calls.media('c1', 'permit.jws', audio());
    expect(received).toMatchObject([
      {
        line: 'POST /api/calls/c1/media',
        body: 'abcdef',
        headers: { 'recording-permit': 'permit.jws', 'content-type': 'audio/basic' },
      },
    ]);
  });

  it('uploads an import, kind before file, and waits until it is done', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'privity-client-'));
    const file = join(folder, 'bar roll.csv');
    writeFileSync(file, 'name\nA\n');
    let asked = 0;
    answer = (response) => {
      asked += 1;
      response.end(
        asked === 1
          ? '{"importId":"i1"}'
          : JSON.stringify({ importId: 'i1', state: asked < 4 ? 'reading' : 'applied', rows: asked }),
      );
    };
    const seen: number[] = [];
    const report = await client.imports.run('bar-roll', file, {
      list: 'new-york',
      progress: ({ rows }) => void seen.push(rows),
    });
    rmSync(folder, { recursive: true });
    expect(report).toMatchObject({ state: 'applied', rows: 4 });
    expect(seen).toEqual([2, 3, 4]);
    const [upload, poll] = received;
    expect(upload?.line).toBe('POST /api/registry/imports');
    expect(upload?.body).toMatch(
      /name="kind"\r\n\r\nbar-roll\r\n[^]*name="list"\r\n\r\nnew-york\r\n[^]*name="file"; filename="bar_roll.csv"[^]*\r\n\r\nname\nA\n\r\n--/,
    );
    expect(poll?.line).toBe('GET /api/registry/imports/i1');
  });

  it('compares a list before anything is taken over of it, and reads whom one lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'privity-client-'));
    const file = join(folder, 'list.csv');
    writeFileSync(file, 'PHONE\n1\n');
    await client.imports.compare(file);
    rmSync(folder, { recursive: true });
    await client.imports.difference('i/1', { after: 'abc', limit: 7 });
    await client.certificates.ofAll();
    await client.certificates.ofImport('i1');
    expect(received.map(({ line }) => line)).toEqual([
      'POST /api/registry/comparisons',
      'GET /api/registry/imports/i%2F1/difference?after=abc&limit=7',
      'GET /api/registry/certificate',
      'GET /api/registry/imports/i1/certificate',
    ]);
    expect(received[0]?.body).toMatch(/name="kind"\r\n\r\ndo-not-record\r\n[^]*\r\n\r\nPHONE\n1\n\r\n--/);
  });

  it('names tiles as C2SP does', () => {
    expect([0, 999, 1000, 1_234_067].map(tilePath)).toEqual(['000', '999', 'x001/000', 'x001/x234/067']);
  });
});
