import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { importStream, numberStream } from '@privity/registry';
import type { DifferenceViewed } from '@privity/registry';
import { SubjectKeys } from '@privity/service';
import type { Role } from '@privity/service';
import { Protecting } from '../protections/protecting.js';
import { Installation } from '../testing/installation.js';
import { importFile } from '../testing/requests.js';

jest.setTimeout(60_000);

interface Page {
  readonly entries: readonly Record<string, unknown>[];
  readonly next?: string;
}

describe('the difference of a held list (T3)', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const csv = (...numbers: readonly number[]) =>
    ['PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE', ...numbers.map((number) => `${number},Y,Y,*,,,`)].join('\n');
  const lists = (list: string, ...numbers: readonly number[]) =>
    importFile(place, 'do-not-record', csv(...numbers), list);
  const get = async (importId: string, query = '', role: Role = 'approver') => {
    const headers = { authorization: `Bearer ${await place.tokenOf('ben', role)}` };
    return fetch(`${place.registry.url}/api/registry/imports/${importId}/difference${query}`, { headers });
  };
  const page = async (importId: string, query = '') => (await (await get(importId, query)).json()) as Page;
  const numbersOf = ({ entries }: Page) => entries.map(({ number }) => number).toSorted();
  const viewed = async (importId: string) =>
    (await place.registry.app.get(EventStore).readStream(importStream(importId)))
      .map(({ text }) => parseEnvelope<DifferenceViewed['data']>(text))
      .filter(({ type }) => type === 'registry.DifferenceViewed');

  it('opens the numbers that departed, page by page, each page an event before it', async () => {
    await lists('oc', 7145550101, 7145550102, 7145550103, 7145550104);
    const { importId } = await lists('oc', 7145550101);
    const first = await page(importId, '?limit=2');
    const second = await page(importId, `?limit=2&after=${first.next}`);
    expect(first.entries[0]).toEqual({
      scope: 'oc',
      number: expect.any(String),
      protectedBy: ['do-not-record'],
    });
    expect([first.entries.length, second.entries.length, second.next]).toEqual([2, 1, undefined]);
    expect([...numbersOf(first), ...numbersOf(second)].toSorted()).toEqual([
      '+17145550102',
      '+17145550103',
      '+17145550104',
    ]);
    const index = (number: string) => place.registry.app.get(Protecting).numbers.index(number as never);
    const events = await viewed(importId);
    expect(events.map(({ actor, data }) => [actor, data.importId, data.entries.length])).toEqual([
      ['ben', importId, 2],
      ['ben', importId, 1],
    ]);
    expect(events[1]?.data.entries).toEqual([index(String(second.entries[0]?.['number']))]);
  });

  it('is the same after the approval, and what comes back with a later file is no part of it', async () => {
    await lists('later', 7145550201, 7145550202, 7145550203);
    const { importId } = await lists('later', 7145550201);
    const before = await page(importId);
    const headers = { authorization: `Bearer ${await place.tokenOf('ben', 'approver')}` };
    await fetch(`${place.registry.url}/api/registry/imports/${importId}/approval`, { method: 'POST', headers });
    expect(await page(importId)).toEqual(before);
    expect(numbersOf(before)).toEqual(['+17145550202', '+17145550203']);
    await lists('later', 7145550201, 7145550203);
    expect(numbersOf(await page(importId))).toEqual(['+17145550202']);
  });

  it('opens the members and their numbers of a bar roll', async () => {
    const roll = (...lines: readonly string[]) =>
      importFile(
        place,
        'bar-roll',
        ['BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3', ...lines].join('\n'),
      );
    await roll('ME,1,Ng,Ana,Active,,,,', 'ME,2,Roe,Bo,Active,Roe LLP,2075550102,2075550103,');
    const { importId } = await roll('ME,1,Ng,Ana,Active,,,,');
    expect((await page(importId)).entries).toEqual([
      {
        scope: 'bar-roll:ME',
        attorney: expect.stringMatching(/^attorney-/),
        person: { barNumber: '2', last: 'Roe', first: 'Bo', firm: 'Roe LLP' },
        numbers: ['+12075550102', '+12075550103'],
      },
    ]);
  });

  it('reads as forgotten what was forgotten (P10)', async () => {
    await lists('forgotten', 7145550301, 7145550302);
    const { importId } = await lists('forgotten', 7145550301);
    const index = place.registry.app.get(Protecting).numbers.index('+17145550302' as never);
    await place.registry.app.get(SubjectKeys).destroy(numberStream(index));
    expect(numbersOf(await page(importId))).toEqual(['[forgotten]']);
  });

  it('is shown to nobody where the event cannot be written (P4)', async () => {
    await lists('full', 7145550401, 7145550402);
    const { importId } = await lists('full', 7145550401);
    const append = jest.spyOn(place.registry.app.get(EventStore), 'append').mockRejectedValue(new Error('full'));
    const answer = await get(importId);
    append.mockRestore();
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('7145550402');
  });

  it('is for those who judge lists, and asked for in pages', async () => {
    const { importId } = await lists('roles', 7145550501);
    expect((await get(importId, '', 'operator')).status).toBe(403);
    expect((await get(importId, '?limit=201')).status).toBe(422);
    expect((await get(importId, '?after=x')).status).toBe(422);
    expect((await get('x')).status).toBe(404);
    expect(await page(importId)).toEqual({ entries: [] });
    const { importId: broken } = await importFile(place, 'do-not-record', 'PHONE\n1', 'roles');
    expect((await get(broken)).status).toBe(409);
  });
});
