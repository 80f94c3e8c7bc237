import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { BlindIndexer, derivedId } from '@privity/kernel';
import { callerProtectionStream, caseStream } from '@privity/registry';
import { FileKeyRing } from '@privity/service';
import { eventually } from '@privity/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { Cases } from '../cases/cases.js';
import { Installation } from '../testing/installation.js';
import { post } from '../testing/requests.js';

describe('a person booked under two ids', () => {
  let place: Installation;
  let callers: BlindIndexer;
  beforeAll(async () => {
    place = await Installation.start();
    callers = new BlindIndexer(FileKeyRing.open(place.keys.index), 'caller-index');
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const list = async (id: string, match?: string) => {
    const caller = callers.index(id);
    const data = { caller, ...(match === undefined ? {} : { match }), facility: 'N1', status: 'in' };
    const store = place.routing.app.get(EventStore);
    await store.append(`caller-${caller}`, 'any', [{ type: 'routing.CallerListed', data }]);
  };
  const order = (caller: string) =>
    post(place, '/api/protections', { caller, reason: 'court order', basis: 'order' }, ['registrar']);
  const store = () => place.registry.app.get(EventStore);
  const protections = async (id: string) =>
    (await store().readStream(callerProtectionStream(callers.index(id)))).map(({ text }) => parseEnvelope(text));
  const matchCase = (id: string, as: string) =>
    derivedId(`${callers.index(id)}:${callers.index(as)}`, 'unresolved-match', 0);
  const caseTypes = async (id: string) =>
    (await store().readStream(caseStream(id))).map(({ text }) => parseEnvelope(text).type);
  const isProtected = async (id: string) =>
    (await protections(id)).some(({ type }) => type.endsWith('CallerProtected'));

  it('is protected under both when the order comes first, and a case asks', async () => {
    await list('A-1', 'm1');
    await order('A-1');
    await list('A-2', 'm1');
    await eventually(() => isProtected('A-2'), 'A-2 protected');
    const source = { kind: 'same-person', ref: callers.index('A-1') };
    expect(await protections('A-2')).toMatchObject([{ data: { source, category: 'court' } }]);
    await eventually(async () => (await caseTypes(matchCase('A-2', 'A-1'))).length === 1, 'it');
    expect(await protections('A-1')).toHaveLength(1);
  }, 30_000);

  it('is protected under both when the order comes last', async () => {
    await list('B-1', 'm2');
    await list('B-2', 'm2');
    await list('B-3', 'm3');
    await list('B-4');
    await pause(300);
    await order('B-2');
    await eventually(() => isProtected('B-1'), 'B-1 protected');
    await pause(300);
    expect(await isProtected('B-3')).toBe(false);
    expect(await isProtected('B-4')).toBe(false);
  }, 30_000);

  it('is nobody else’s business once two people settled that it is another; nobody is asked again', async () => {
    await order('C-1');
    await list('C-1', 'm4');
    await list('C-2', 'm4');
    const id = matchCase('C-2', 'C-1');
    await eventually(async () => (await caseTypes(id)).length === 1, 'it');
    const cases = place.registry.app.get(Cases);
    const proposal = await cases.propose(id, { basis: 'twins' }, 'ana');
    await cases.settle(id, { outcome: 'ended', proposal }, 'ben');
    await eventually(async () => (await protections('C-2')).length === 2, 'it');
    await list('C-2', 'm4');
    await order('C-1');
    await pause(500);
    expect((await protections('C-2')).map(({ type }) => type)).toEqual([
      'registry.CallerProtected',
      'registry.ProtectionEnded',
    ]);
  }, 30_000);

  it('takes over what is ordered later, once it was settled that it is one', async () => {
    await order('D-1');
    await list('D-1', 'm5');
    await list('D-2', 'm5');
    const id = matchCase('D-2', 'D-1');
    await eventually(async () => (await caseTypes(id)).length === 1, 'it');
    await place.registry.app.get(Cases).settle(id, { outcome: 'kept' }, 'ana');
    await post(place, '/api/protections', { caller: 'D-1', reason: 'clergy', basis: 'x' }, ['registrar']);
    await eventually(async () => (await protections('D-2')).length === 2, 'it');
    expect(await caseTypes(id)).toEqual(['registry.CaseOpened', 'registry.CaseSettled']);
  }, 30_000);
});
