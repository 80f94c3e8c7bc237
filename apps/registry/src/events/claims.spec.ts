import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { BlindIndexer, derivedId } from '@privity/kernel';
import { caseStream, numberStream, workDaysAfter } from '@privity/registry';
import { FileKeyRing } from '@privity/service';
import { eventually } from '@privity/testing';
import { Installation } from '../testing/installation.js';
import { post } from '../testing/requests.js';

describe('a claim that a call is privileged (T11)', () => {
  let place: Installation;
  let indexer: BlindIndexer;
  beforeAll(async () => {
    place = await Installation.start();
    indexer = new BlindIndexer(FileKeyRing.open(place.keys.index), 'number-index');
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const claim = async (call: string, number: string) => {
    const data = { party: 'callee', dialed: indexer.index(number) };
    const store = place.routing.app.get(EventStore);
    const [event] = (await store.append(call, 'any', [{ type: 'routing.PrivilegeClaimed', data }])).events;
    return event?.id;
  };
  const said = async (stream: string) =>
    (await place.registry.app.get(EventStore).readStream(stream)).map(({ text }) =>
      parseEnvelope<Record<string, unknown>>(text),
    );
  const numberEvents = (number: string) => said(numberStream(indexer.index(number)));
  const caseId = (number: string) => derivedId(indexer.index(number), 'privilege-claimed', 0);
  const opened = (number: string) =>
    eventually(async () => (await said(caseStream(caseId(number))))[0], 'the case of the claim');
  const ask = async (person: string, path: string, body: unknown) => {
    const role = path.endsWith('proposal') ? 'registrar' : 'approver';
    const headers = {
      authorization: `Bearer ${await place.tokenOf(person, role)}`,
      'content-type': 'application/json',
    };
    const answer = await fetch(`${place.registry.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  const settle = (person: string, number: string, settlement: object) =>
    ask(person, `/api/registry/cases/${caseId(number)}/settlement`, settlement);
  const isProtected = async (number: string) =>
    (await post(place, '/api/protections/check', { number }, ['registrar'])).body['protected'];

  it('protects on that word alone, and opens a case that is due in three days of work', async () => {
    const number = '+12125550140';
    const cause = await claim('call-1', number);
    const { causationid, data, time } = await opened(number);
    expect(await numberEvents(number)).toMatchObject([
      { causationid: cause, data: { source: { kind: 'claim', ref: 'call-1' }, category: 'attorney' } },
    ]);
    expect(causationid).toBe(cause);
    expect(data).toMatchObject({ cause: 'privilege-claimed', ends: { kind: 'claim' }, due: workDaysAfter(time, 3) });
    expect(await isProtected(number)).toBe(true);
  }, 60_000);

  it('is upheld by one person: the office protects the number from then on, and the claim is over', async () => {
    const number = '+12125550141';
    await claim('call-2', number);
    await opened(number);
    expect((await settle('ana', number, { outcome: 'kept' })).status).toBe(204);
    const events = await eventually(async () => {
      const all = await numberEvents(number);
      return all.length === 3 ? all : undefined;
    }, 'the protection of the office');
    expect(events).toMatchObject([
      { type: 'registry.NumberProtected', data: { source: { kind: 'claim', ref: 'call-2' } } },
      { type: 'registry.NumberProtected', actor: 'ana', data: { source: { kind: 'staff', ref: caseId(number) } } },
      { type: 'registry.ProtectionEnded', data: { source: { kind: 'claim', ref: 'call-2' }, left: 1 } },
    ]);
    expect(await isProtected(number)).toBe(true);
    expect(await place.query(`select ref from attestation where ref = '${caseId(number)}'`)).toHaveLength(1);
  }, 60_000);

  it('is rejected by two people, and counts anew when it is made again', async () => {
    const number = '+12125550142';
    await claim('call-3', number);
    await opened(number);
    const basis = 'the roll’s contact does not know the number';
    const proposed = await ask('ana', `/api/registry/cases/${caseId(number)}/proposal`, { basis });
    const agreed = { outcome: 'ended', proposal: proposed.body['proposal'] };
    expect((await settle('ana', number, agreed)).status).toBe(403);
    expect(await isProtected(number)).toBe(true);
    expect((await settle('ben', number, agreed)).status).toBe(204);
    expect(await isProtected(number)).toBe(false);
    await claim('call-4', number);
    await eventually(async () => ((await isProtected(number)) === true ? true : undefined), 'another claim');
    await eventually(
      async () => ((await said(caseStream(caseId(number)))).at(-1)?.type === 'registry.CaseOpened' ? true : undefined),
      'another case',
    );
  }, 60_000);

  it('opens no case where somebody else protects the number: nothing is in doubt', async () => {
    const number = '+12125550143';
    await post(place, '/api/protections', { number, reason: 'attorney', basis: 'letter' }, ['registrar']);
    await claim('call-5', number);
    await eventually(async () => ((await numberEvents(number)).length === 2 ? true : undefined), 'the claim');
    await claim('call-6', '+12125550144');
    await opened('+12125550144');
    expect(await said(caseStream(caseId(number)))).toEqual([]);
  }, 60_000);

  it('is told once, however often it is delivered', async () => {
    const number = '+12125550145';
    await claim('call-7', number);
    await opened(number);
    const before = [(await numberEvents(number)).length, (await said(caseStream(caseId(number)))).length];
    await place.registry.close();
    await place.query('delete from event_stream.checkpoint');
    await place.boot();
    await claim('call-8', '+12125550146');
    await opened('+12125550146');
    expect([(await numberEvents(number)).length, (await said(caseStream(caseId(number)))).length]).toEqual(before);
  }, 60_000);
});
