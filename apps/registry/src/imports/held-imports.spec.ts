import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { importStream } from '@privity/registry';
import type { Role } from '@privity/service';
import { Installation } from '../testing/installation.js';
import { importFile, post } from '../testing/requests.js';

jest.setTimeout(60_000);

describe('a list that lost too much (T3)', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => `714555${String(from + n).padStart(4, '0')}`);
  const send = (list: string, entries: readonly string[]) =>
    importFile(
      place,
      'do-not-record',
      ['PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE', ...entries.map((number) => `${number},Y,Y,*,,,`)].join('\n'),
      list,
    );
  const isProtected = async (number: string) =>
    (await post(place, '/api/protections/check', { number }, ['approver'])).body['protected'];
  const as = async (person: string, ...roles: Role[]) => ({
    authorization: `Bearer ${await place.tokenOf(person, ...roles)}`,
  });
  const approve = async (importId: string, person: string, role: Role = 'approver') => {
    const url = `${place.registry.url}/api/registry/imports/${importId}/approval`;
    const answer = await fetch(url, { method: 'POST', headers: await as(person, role) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const work = async (role: Role = 'approver') => {
    const answer = await fetch(`${place.registry.url}/api/registry/work`, { headers: await as('ben', role) });
    return { status: answer.status, items: ((await answer.json()) as { items?: Record<string, unknown>[] }).items };
  };
  const told = async (importId: string) =>
    (await place.registry.app.get(EventStore).readStream(importStream(importId))).map(({ text }) => {
      const { type, actor } = parseEnvelope(text);
      return [type, actor];
    });

  it('is held with its losses, ends nothing, and protects what is new in it', async () => {
    expect(await send('oc', numbers(0, 1_300))).toMatchObject({ state: 'applied', added: 1_300 });
    const shrunk = await send('oc', [...numbers(0, 72), '7145559999']);
    expect(shrunk).toMatchObject({ state: 'held', rows: 73, added: 1, ended: 0 });
    expect(shrunk).toMatchObject({ losses: [{ scope: 'oc', entries: 1_300, departed: 1_228, departedBefore: 0 }] });
    expect(await Promise.all(['7145550071', '7145550072', '7145551299', '7145559999'].map(isProtected))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(await told(shrunk.importId)).toEqual([['registry.ListHeld', 'ana']]);
  });

  it('waits on the work list for a second person: not the one who sent it, whatever their roles', async () => {
    const shrunk = await send('two-people', numbers(2_000, 2_010)).then(() =>
      send('two-people', numbers(2_000, 2_002)),
    );
    const { items } = await work();
    const item = items?.find((one) => (one['import'] as { importId: string }).importId === shrunk.importId);
    const [event] = item?.['events'] as string[];
    expect(item).toMatchObject({ kind: 'held-import', owner: 'approver', sentBy: 'ana', import: { state: 'held' } });
    expect(Date.parse(item?.['due'] as string)).toBeGreaterThan(Date.now());
    expect(event).toMatch(/^[0-9a-f-]{36}$/);

    expect(await approve(shrunk.importId, 'ana')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await approve(shrunk.importId, 'ben', 'registrar')).toMatchObject({ status: 403 });
    expect(await approve(shrunk.importId, 'ben')).toMatchObject({ status: 200, body: { state: 'applied', ended: 0 } });
    expect(await approve(shrunk.importId, 'cy')).toMatchObject({ status: 200, body: { state: 'applied' } });
    expect(await told(shrunk.importId)).toEqual([
      ['registry.ListHeld', 'ana'],
      ['registry.ListApprovalRefused', 'ana'],
      ['registry.ListApproved', 'ben'],
      ['registry.ListImported', 'ben'],
    ]);
    expect(await isProtected('7145552009')).toBe(true);
    const left = (await work()).items?.map((one) => (one['import'] as { importId: string }).importId);
    expect(left).not.toContain(shrunk.importId);
  });

  it('is compared with what was believed last', async () => {
    await send('believed', numbers(3_000, 3_010));
    const shrunk = await send('believed', numbers(3_000, 3_004));
    await approve(shrunk.importId, 'ben');
    expect(await send('believed', numbers(3_000, 3_005))).toMatchObject({
      state: 'applied',
      losses: [{ entries: 4, departed: 0, departedBefore: 5 }],
    });
  });

  it('is one that comes empty, and one that loses a few again and again', async () => {
    await send('empty', numbers(4_000, 4_010));
    expect(await send('empty', [])).toMatchObject({ state: 'held', losses: [{ entries: 10, departed: 10 }] });
    const all = numbers(4_100, 4_500);
    expect(await send('slowly', all)).toMatchObject({ state: 'applied' });
    expect(await send('slowly', all.slice(1))).toMatchObject({ state: 'applied' });
    expect(await send('slowly', all.slice(2))).toMatchObject({ state: 'applied' });
    const third = await send('slowly', all.slice(3));
    expect(third).toMatchObject({ state: 'held', losses: [{ entries: 398, departed: 1, departedBefore: 2 }] });
  });

  it('is not one of another name, nor a roll of another state', async () => {
    await send('one', numbers(5_000, 5_010));
    expect(await send('other', numbers(5_100, 5_103))).toMatchObject({ state: 'applied' });
    const roll = (state: string, ...members: number[]) =>
      importFile(
        place,
        'bar-roll',
        [
          'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3',
          ...members.map((n) => `${state},${n},Ng,Ana,Active,,,,`),
        ].join('\n'),
      );
    expect(await roll('CA', 1, 2, 3)).toMatchObject({ state: 'applied' });
    expect(await roll('NV', 1, 2)).toMatchObject({ state: 'applied' });
    expect(await roll('CA', 1, 2, 4)).toMatchObject({ state: 'held', losses: [{ scope: 'bar-roll:CA', departed: 1 }] });
  });

  it('is approved only where it is held, and its name is a name', async () => {
    const whole = await send('whole', numbers(6_000, 6_003));
    expect(await approve(whole.importId, 'ben')).toMatchObject({ status: 409, body: { code: 'import-not-held' } });
    expect(await approve('x', 'ben')).toMatchObject({ status: 404 });
    await expect(send('No Name', numbers(6_000, 6_001))).rejects.toThrow(/422.*"list"/);
    expect((await work('dialler')).status).toBe(403);
  });
});
