import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { BlindIndexer, unseal } from '@privity/kernel';
import type { SealedValue } from '@privity/kernel';
import { callerProtectionStream, numberStream } from '@privity/registry';
import type { ProtectionView } from '@privity/registry';
import { FileKeyRing, SubjectKeys } from '@privity/service';
import { OwnView } from '../events/own-view.js';
import { Installation } from '../testing/installation.js';
import { importFile, post } from '../testing/requests.js';

describe('protections', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const protect = (body: object, more = {}) => post(place, '/api/protections', body, ['registrar'], more);
  const check = (number: string) => post(place, '/api/protections/check', { number }, ['approver']);
  const streamOf = (number: string) =>
    numberStream(new BlindIndexer(FileKeyRing.open(place.keys.index), 'number-index').index(number));
  const eventsOf = async (number: string) =>
    (await place.registry.app.get(EventStore).readStream(streamOf(number))).map(({ text }) => parseEnvelope(text));

  it('hold at once, for every spelling of the number', async () => {
    expect((await check('212-555-0110')).body).toEqual({ protected: false });
    const taken = await protect({ number: '(212) 555-0110', reason: 'clergy', basis: 'letter of Fr. Roy' });
    expect(taken.status).toBe(201);
    expect((await check('+1 212 555 0110 ')).body).toEqual({ protected: true, since: taken.body['since'] });
  });

  it('are events that hold neither the number nor what was written, except sealed', async () => {
    await protect({ number: '2125550111', reason: 'court order', basis: 'order of Judge Ng' });
    const [event] = await eventsOf('+12125550111');
    expect(event).toMatchObject({ type: 'registry.NumberProtected', actor: 'ana', data: { category: 'court' } });
    expect(JSON.stringify(event)).not.toMatch(/2125550111|Judge/);
    const data = event?.data as { number: SealedValue; statement: SealedValue };
    const keys = place.registry.app.get(SubjectKeys);
    const stream = streamOf('+12125550111');
    const open = async (field: 'number' | 'statement') =>
      unseal(data[field], await keys.find(data[field].kid), `${stream}:${field}`);
    expect(await open('number')).toBe('+12125550111');
    expect(await open('statement')).toBe('{"reason":"court order","basis":"order of Judge Ng"}');
    expect(place.log.join('')).not.toMatch(/2125550111|Judge/);
  });

  it('may be of a person in custody: an event that names nobody, in the view, and no number (T4)', async () => {
    const heartbeat = async () => (await place.registry.app.get(OwnView).current()) as ProtectionView;
    const [count, digest] = [(await heartbeat()).count, (await heartbeat()).digest()];
    const order = { caller: ' D-4711 ', reason: 'court order', basis: 'order of Judge Ng' };
    const taken = await protect(order, { 'idempotency-key': 'order-1' });
    expect(taken.status).toBe(201);
    expect((await protect(order, { 'idempotency-key': 'order-1' })).body).toEqual(taken.body);
    const indexer = new BlindIndexer(FileKeyRing.open(place.keys.index), 'caller-index');
    const stream = callerProtectionStream(indexer.index('D-4711'));
    const events = (await place.registry.app.get(EventStore).readStream(stream)).map(({ text }) => text);
    expect(events).toHaveLength(1);
    expect(JSON.parse(events[0] ?? '')).toMatchObject({
      type: 'registry.CallerProtected',
      data: { category: 'court' },
    });
    expect(events.join('') + place.log.join('')).not.toMatch(/4711|Judge/);
    const view = await heartbeat();
    expect(view.find(indexer.candidates('D-4711'))).toMatchObject({ category: 'court' });
    expect([view.count, view.digest() === digest]).toEqual([count, false]);
  });

  it('may reach back, and never wait', async () => {
    const past = await protect({
      number: '2125550112',
      reason: 'x',
      basis: 'y',
      effectiveFrom: '2020-01-01T00:00:00-05:00',
    });
    expect(past.body['since']).toBe('2020-01-01T05:00:00.000Z');
    const future = await protect({
      number: '2125550113',
      reason: 'x',
      basis: 'y',
      effectiveFrom: '2999-01-01T00:00:00Z',
    });
    expect(String(future.body['since']) <= new Date().toISOString()).toBe(true);
  });

  it('are the same under the same idempotency key', async () => {
    const body = { number: '2125550114', reason: 'clergy', basis: 'letter' };
    const first = await protect(body, { 'idempotency-key': 'k1' });
    expect((await protect(body, { 'idempotency-key': 'k1' })).body).toEqual(first.body);
    expect(await eventsOf('+12125550114')).toHaveLength(1);
    expect((await protect(body)).body['protectionId']).not.toBe(first.body['protectionId']);
  });

  it('of two numbers are two under one idempotency key', async () => {
    const same = { reason: 'clergy', basis: 'letter' };
    const keyed = { 'idempotency-key': 'k2' };
    const one = await protect({ number: '2125550116', ...same }, keyed);
    const other = await protect({ number: '2125550117', ...same }, keyed);
    expect(other.body['protectionId']).not.toBe(one.body['protectionId']);
    expect(await eventsOf('+12125550117')).toHaveLength(1);
  });

  it('warn of what may be a slip for a number on the bar roll, and hold all the same (T12)', async () => {
    const roll = 'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3\nKS,100001,Ng,Ana,Active,,9135550142,,';
    expect(await importFile(place, 'bar-roll', roll)).toMatchObject({ state: 'applied', added: 1 });
    const warned = async (number: string) => {
      const { status, body } = await protect({ number, reason: 'attorney', basis: 'letter' });
      expect([status, (await check(number)).body['protected']]).toEqual([201, true]);
      return (body['warnings'] as { code: string; field: string }[] | undefined)?.map(({ code, field }) => [
        code,
        field,
      ]);
    };
    expect(await warned('9135550141')).toEqual([['near-match', 'number']]);
    expect(await warned('9135550124')).toEqual([['near-match', 'number']]);
    expect(await warned('9135550142')).toBeUndefined();
    expect(await warned('9135550188')).toBeUndefined();
    const attorney = {
      barState: 'KS',
      barNumber: '100002',
      last: 'Roy',
      first: 'Bo',
      numbers: ['9135550190', '9315550142'],
    };
    const { body } = await post(place, '/api/attorneys', attorney, ['registrar']);
    expect(body['warnings']).toMatchObject([{ code: 'near-match', field: 'numbers.1' }]);
    expect(JSON.stringify(body)).not.toMatch(/9135550142/);
  });

  it('leave a trace of who checked which number', async () => {
    await check('2125550115');
    expect(await eventsOf('+12125550115')).toMatchObject([
      { type: 'registry.ProtectionChecked', actor: 'ana', data: { protected: false } },
    ]);
  });

  it.each([
    [{ number: '555-0123', reason: 'x', basis: 'y' }, 'number'],
    [{ number: 'UNKNOWN', reason: 'x', basis: 'y' }, 'number'],
    [{ reason: 'x', basis: 'y' }, 'number'],
    [{ number: '2125550116', caller: 'D1', reason: 'x', basis: 'y' }, 'caller'],
    [{ caller: '  ', reason: 'x', basis: 'y' }, 'caller'],
    [{ number: '2125550116', basis: 'y' }, 'reason'],
    [{ number: '2125550116', reason: 'x', basis: 'y', effectiveFrom: 'soon' }, 'effectiveFrom'],
    [{ caller: 'D1', reason: 'x', basis: 'y', effectiveFrom: '0000-01-01T00:00:00Z' }, 'effectiveFrom'],
    [{ caller: 'D1', reason: 'x', basis: 'y', effectiveFrom: '9999-12-31T23:59:59-23:59' }, 'effectiveFrom'],
    [{ number: '2125550116', reason: 'x', basis: 'y', until: 'x' }, 'until'],
  ])('refuse %j naming the field', async (body, field) => {
    const answer = await protect(body);
    expect(answer).toMatchObject({ status: 422, body: { field } });
    expect(JSON.stringify(answer.body)).not.toMatch(/555-?0123|UNKNOWN/);
  });

  it('are for registrars; checks also for approvers', async () => {
    const body = { number: '2125550117', reason: 'x', basis: 'y' };
    expect((await post(place, '/api/protections', body, ['approver'])).status).toBe(403);
    expect((await post(place, '/api/protections/check', { number: '2125550117' }, ['dialler'])).status).toBe(403);
  });
});
