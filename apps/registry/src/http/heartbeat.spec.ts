import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '@privity/event-store';
import type { Heartbeat } from '@privity/registry';
import { loadPublicKey } from '@privity/service';
import { compactVerify } from 'jose';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Installation } from '../testing/installation.js';
import { importFile, post } from '../testing/requests.js';

describe('the heartbeat', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const get = async (query = '') => {
    const authorization = `Bearer ${await place.token('service')}`;
    return fetch(`${place.registry.url}/internal/heartbeat${query}`, { headers: { authorization } });
  };
  const ask = async (query?: string): Promise<Heartbeat> => {
    const response = await get(query);
    const { heartbeat } = (await response.json()) as { heartbeat: string };
    const { payload, protectedHeader } = await compactVerify(heartbeat, loadPublicKey(place.trustDir, 'registry'));
    expect(protectedHeader.alg).toBe('EdDSA');
    return JSON.parse(Buffer.from(payload).toString()) as Heartbeat;
  };
  const count = (heartbeat: Heartbeat) => heartbeat.shards.reduce((sum, shard) => sum + shard.count, 0);
  const heads = async () => (await place.registry.app.get(EventStore).heads()).map((head) => head.position);

  it('names every shard of an empty registry', async () => {
    const { at, shards } = await ask();
    expect(Date.parse(at)).toBeGreaterThan(Date.now() - 60_000);
    expect(shards).toEqual(Array(12).fill({ position: 0, count: 0, digest: '0'.repeat(64) }));
  });

  it('answers to the one question that it was asked', async () => {
    expect(await ask('?nonce=0123456789abcdef')).toMatchObject({ nonce: '0123456789abcdef' });
    expect((await get('?nonce=a')).status).toBe(422);
  });

  it('includes what was protected before it was asked for', async () => {
    await post(place, '/api/protections', { number: '2125550120', reason: 'x', basis: 'y' }, ['registrar']);
    const one = await ask();
    expect(count(one)).toBe(1);
    await post(place, '/api/protections', { number: '2125550120', reason: 'x', basis: 'z' }, ['registrar']);
    const again = await ask();
    expect(count(again)).toBe(1);
    expect(again.shards.map(({ digest }) => digest)).toEqual(one.shards.map(({ digest }) => digest));
    expect(again.shards.map(({ position }) => position)).toEqual(await heads());
  });

  it('is never behind the heads of the store while an import runs', async () => {
    const numbers = Array.from({ length: 500 }, (_, n) => `302555${String(n).padStart(4, '0')},Y,Y,*,,,`);
    const file = ['PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE', ...numbers].join('\n');
    let running = true;
    const done = importFile(place, 'do-not-record', file).finally(() => (running = false));
    while (running) {
      const before = await heads();
      const { shards } = await ask();
      shards.forEach(({ position }, shard) => expect(position).toBeGreaterThanOrEqual(before[shard] ?? 0));
    }
    await done;
    expect(count(await ask())).toBe(501);
  }, 60_000);

  it('is for services only', async () => {
    const authorization = `Bearer ${await place.token('registrar', 'operator')}`;
    const url = `${place.registry.url}/internal/heartbeat`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(403);
    expect((await fetch(url)).status).toBe(401);
  });

  it('is not signed by a registry that lost what it knew (T3)', async () => {
    await place.registry.close();
    const path = join(place.keys.services.registry, 'store.mark.json');
    const mark = JSON.parse(await readFile(path, 'utf8')) as { heads: { shard: number; position: number }[] };
    // What it had gone up to before somebody put an older copy of the database back.
    const heads = mark.heads.map((head) => ({ ...head, position: head.position + 1 }));
    await writeFile(path, JSON.stringify({ ...mark, heads }));
    await place.boot();
    const authorization = `Bearer ${await place.token('service')}`;
    const url = `${place.registry.url}/internal/heartbeat`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(503);
    await place.registry.close();
    await writeFile(path, JSON.stringify(mark));
    await place.boot();
    expect(count(await ask())).toBe(501);
  }, 60_000);

  it('gives no figures that do not rest on an event it knows', async () => {
    await place.registry.app
      .get(EventStore)
      .append('number-unknown', 'any', [{ type: 'registry.SomethingNew', data: {} }]);
    const authorization = `Bearer ${await place.token('service')}`;
    const response = await fetch(`${place.registry.url}/internal/heartbeat`, { headers: { authorization } });
    expect(response.status).toBe(500);
  });
});
