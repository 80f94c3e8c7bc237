import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { Spool } from '@privity/service';
import type { Role } from '@privity/service';
import { readdir } from 'node:fs/promises';
import { Installation } from '../testing/installation.js';
import { importFile, post } from '../testing/requests.js';

jest.setTimeout(60_000);

describe('a list beside the registry (T9)', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
    await importFile(place, 'do-not-record', csv(2125550101, 2125550102, 2125550103), 'ours');
    await post(place, '/api/protections', { number: '2125550104', reason: 'x', basis: 'y' }, ['registrar']);
    await post(place, '/api/protections', { caller: 'I-1', reason: 'court order', basis: 'y' }, ['registrar']);
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const csv = (...numbers: readonly (string | number)[]) =>
    ['PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE', ...numbers.map((number) => `${number},Y,Y,*,,,`)].join('\n');
  const compare = async (content: string, role: Role = 'auditor', kind = 'do-not-record') => {
    const body = new FormData();
    body.set('kind', kind);
    body.set('file', new Blob([content]), 'list.csv');
    const headers = { authorization: `Bearer ${await place.token(role)}` };
    const answer = await fetch(`${place.registry.url}/api/registry/comparisons`, { method: 'POST', body, headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const events = async () => {
    const store = place.registry.app.get(EventStore);
    const all = [];
    for (const { shard, position } of await store.heads()) {
      for (const { text } of await store.readShard(shard, 0, position)) all.push(parseEnvelope<object>(text));
    }
    return all;
  };

  it('is compared, changes nothing, and is told of as an event', async () => {
    const before = await events();
    const vendors = csv(2125550102, 2125550199, 2125550102, 'x', 2125550104);
    const { status, body } = await compare(vendors);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ digest: expect.stringMatching(/^[0-9a-f]{64}$/), rows: 5, known: 3, unknown: 1, rejected: 1 },
      ...{ unknownLines: [3], missing: 2, missingBySource: { 'do-not-record': 2, staff: 0 } },
    });
    const told = (await events()).filter(({ id }) => !before.some((one) => one.id === id));
    const data = { file: expect.stringMatching(/^[\w-]{43}$/), rows: 5, known: 3, unknown: 1, missing: 2 };
    expect(told).toMatchObject([{ type: 'registry.ListCompared', actor: 'ana', data }]);
    expect(await readdir(place.registry.app.get(Spool).folder)).toEqual([]);
  });

  it('tells nobody anything where the event cannot be written (P4)', async () => {
    const store = place.registry.app.get(EventStore);
    const append = jest.spyOn(store, 'append').mockRejectedValue(new Error('no space left'));
    const { status, body } = await compare(csv(2125550102));
    append.mockRestore();
    expect(status).toBe(500);
    expect(body).not.toHaveProperty('known');
    expect(await readdir(place.registry.app.get(Spool).folder)).toEqual([]);
  });

  it('is for those who answer for lists, and of that kind', async () => {
    expect((await compare(csv(), 'investigator')).status).toBe(403);
    expect((await compare(csv(), 'registrar', 'bar-roll')).status).toBe(422);
    expect(await compare('PHONE\n1')).toMatchObject({ status: 422, body: { code: 'csv-column-missing' } });
  });

  it('that is taken over is compared with what stood before it, each number once', async () => {
    const vendors = csv(2125550102, 2125550199, 2125550199, 2125550102, 'x', 2125550104);
    expect(await importFile(place, 'do-not-record', vendors, 'vendor')).toMatchObject({
      ...{ state: 'applied', rows: 6, entries: 3, comparison: { known: 2, news: 1, missing: 2 } },
    });
    // A later batch must not take the numbers of an earlier one for known.
    const numbers = Array.from({ length: 2_500 }, (_, n) => 3025550000 + n);
    const long = csv(...numbers, ...numbers, 2125550199);
    expect(await importFile(place, 'do-not-record', long, 'long')).toMatchObject({
      comparison: { known: 1, news: 2_500, missing: 4 },
    });
  });
});
