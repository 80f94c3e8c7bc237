import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { BlindIndexer, derivedId } from '@privity/kernel';
import { caseStream, numberStream } from '@privity/registry';
import type { NumbersAllowed } from '@privity/routing/events';
import { FileKeyRing } from '@privity/service';
import { setTimeout as pause } from 'node:timers/promises';
import { Installation } from '../testing/installation.js';
import { post } from '../testing/requests.js';

describe("a caller's list of allowed numbers", () => {
  let place: Installation;
  let indexer: BlindIndexer;
  beforeAll(async () => {
    place = await Installation.start();
    indexer = new BlindIndexer(FileKeyRing.open(place.keys.index), 'number-index');
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const allow = (caller: string, ...numbers: [number: string, relation: string, status?: 'approved' | 'denied'][]) => {
    const data: NumbersAllowed['data'] = {
      caller,
      numbers: numbers.map(([number, relation, status = 'approved']) => ({
        index: indexer.index(number),
        relation,
        status,
      })),
    };
    const store = place.routing.app.get(EventStore);
    return store.append(`caller-${caller}`, 'any', [{ type: 'routing.NumbersAllowed', data }]);
  };
  const protections = async (number: string) =>
    (await place.registry.app.get(EventStore).readStream(numberStream(indexer.index(number)))).map(({ text }) =>
      parseEnvelope<{ source: object; category: string }>(text),
    );
  const applied = async (): Promise<void> => {
    const wanted = (await place.routing.app.get(EventStore).heads()).map((head) => head.position);
    for (;;) {
      const rows = await place.query<{ shard: number; position: string }>(
        `select shard, position from event_stream.checkpoint where source = '/privity/routing'`,
      );
      const reached = new Map(rows.map(({ shard, position }) => [shard, Number(position)]));
      if (wanted.every((position, shard) => (reached.get(shard) ?? 0) >= position)) return;
      await pause(50);
    }
  };

  it('protects a number that it calls a lawyer’s, approved or not, and no other', async () => {
    const { events } = await allow(
      'c1',
      ['+12125550130', 'ATTORNEY'],
      ['+12125550131', 'LEGAL', 'denied'],
      ['+12125550132', 'FRIEND'],
    );
    await applied();
    const source = { kind: 'allowed-list', ref: events[0]?.id };
    expect(await protections('+12125550130')).toMatchObject([
      { causationid: events[0]?.id, data: { source, category: 'attorney' } },
    ]);
    expect(await protections('+12125550131')).toHaveLength(1);
    expect(await protections('+12125550132')).toEqual([]);
  }, 60_000);

  it('opens a case where nobody else says so, and none where somebody does', async () => {
    const entry = { number: '2125550137', reason: 'attorney', basis: 'letter' };
    await post(place, '/api/protections', entry, ['registrar']);
    const { events } = await allow('c3', ['+12125550136', 'LEGAL'], ['+12125550137', 'LEGAL']);
    await applied();
    await allow('c4', ['+12125550136', 'LEGAL']);
    await applied();
    const caseOf = async (number: string) => {
      const stream = caseStream(derivedId(indexer.index(number), 'unverified-relation', 0));
      return (await place.registry.app.get(EventStore).readStream(stream)).map(({ text }) => parseEnvelope(text));
    };
    expect(await caseOf('+12125550136')).toMatchObject([
      {
        ...{ type: 'registry.CaseOpened', causationid: events[0]?.id },
        data: { cause: 'unverified-relation', ends: { kind: 'allowed-list' } },
      },
    ]);
    expect(await caseOf('+12125550137')).toEqual([]);
  }, 60_000);

  it('does not name the caller, in whom the lawyer’s clients could be seen (P12)', async () => {
    await allow('secret-caller', ['+12125550133', 'ATTORNEY']);
    await applied();
    expect(JSON.stringify(await protections('+12125550133'))).not.toContain('secret-caller');
  }, 60_000);

  it('protects once, however often the event is delivered', async () => {
    await allow('c2', ['+12125550134', 'ATTORNEY'], ['+12125550134', 'ATTORNEY']);
    await applied();
    expect(await protections('+12125550134')).toHaveLength(1);
    await place.registry.close();
    await place.query('delete from event_stream.checkpoint');
    await place.boot();
    await applied();
    expect(await protections('+12125550134')).toHaveLength(1);
    expect(await protections('+12125550130')).toHaveLength(1);
  }, 60_000);

  it('passes over everything else that routing says', async () => {
    const store = place.routing.app.get(EventStore);
    await store.append('call-x', 'any', [{ type: 'routing.CallConnected', data: { at: '2026-01-01T00:00:00.000Z' } }]);
    await applied();
    expect(await place.query('select * from event_stream.halt')).toEqual([]);
  }, 60_000);
});
