import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseEnvelope } from '@privity/event-store';
import { derivedId, isUuid } from '@privity/kernel';
import { caseStream, workDaysAfter } from '@privity/registry';
import { Installation } from '../testing/installation.js';
import { barRoll, RegistrationDesk } from '../testing/registration-desk.js';
import { importFile } from '../testing/requests.js';

jest.setTimeout(60_000);

describe('a registration is verified', () => {
  let place: Installation;
  let desk: RegistrationDesk;
  beforeAll(async () => {
    place = await Installation.start();
    desk = new RegistrationDesk(place);
    const members = ['1', '2', '3', '4', '5'].map((n) => [n, 'Quist', 'Active', `212555010${n}`] as const);
    await importFile(place, 'bar-roll', barRoll(...members));
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const form = (barNumber: string, number: string, more = {}) => ({
    ...{ barState: 'NY', barNumber, last: 'Quist', first: 'Roberta', numbers: [{ number }] },
    ...more,
  });
  const received = async (sent: object) => {
    const receipt = await desk.receiptOf(sent);
    await desk.settled();
    return { receipt, attorney: await desk.attorneyOf(receipt) };
  };
  const enter = (body: object, person = 'ana') => desk.ask('POST', '/api/attorneys', [person, 'registrar'], body);
  const typesOf = async (receipt: string) => (await desk.history(receipt)).map(({ type }) => type.split('.')[1]);

  it('by a person who did not enter it, whatever their roles', async () => {
    const attorney = {
      barState: 'NY',
      barNumber: '9',
      last: 'Ng',
      first: 'Ana',
      numbers: ['2125552001', '2125552002'],
    };
    const { status, body } = await enter(attorney);
    const { attorneyId, receipt, due } = body as Record<string, string>;
    expect(status).toBe(201);
    expect(await desk.isProtected('2125552001')).toBe(true);
    await desk.settled();
    expect(await desk.work('verification')).toContainEqual(
      expect.objectContaining({ owner: 'registrar', registration: receipt, due, enteredBy: 'ana', matched: false }),
    );
    const own = await desk.verify(attorneyId ?? '', ['ana', 'registrar', 'approver'], { registration: receipt });
    expect(own).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await typesOf(receipt ?? '')).toEqual([
      ...['RegistrationReceived', 'RegistrationUnmatched', 'RegistrationAnswerRefused'],
    ]);
    const other = await desk.verify(attorneyId ?? '', ['ben', 'registrar'], { registration: receipt });
    expect(other).toMatchObject({ status: 200, body: { result: 'confirmed', registration: receipt } });
    await desk.settled();
    expect((await desk.work('verification')).filter((item) => item['registration'] === receipt)).toEqual([]);
    const otherwise = { registration: receipt, result: 'not-confirmed' };
    expect(await desk.verify(attorneyId ?? '', ['cy', 'approver'], otherwise)).toMatchObject({
      status: 409,
      body: { code: 'registration-answered' },
    });
    const { body: shown } = await desk.ask('GET', `/api/registrations/${receipt}`);
    expect(shown).toMatchObject({ state: 'answered', escalated: false });
  });

  it('one form at a time: one that came in since somebody asked the attorney is not confirmed with it', async () => {
    const own = await received(form('5', '2125552071'));
    const strangers = await received(form('5', '2125552072', { last: 'Ruiz' }));
    const unnamed = await desk.verify(own.attorney, ['ben', 'approver'], {});
    expect(unnamed).toMatchObject({ status: 422, body: { code: 'invalid-input', field: 'registration' } });
    expect(await desk.verify(own.attorney, ['ben', 'approver'], { registration: own.receipt })).toMatchObject({
      ...{ status: 200, body: { result: 'confirmed', registration: own.receipt } },
    });
    await desk.settled();
    expect(await typesOf(strangers.receipt)).toEqual(['RegistrationReceived', 'RegistrationUnmatched']);
    expect(await desk.isProtected('2125552072')).toBe(false);
  });

  it('once for the same entry by the same person, and with its own date for each number', async () => {
    const numbers = ['2125552011', { number: '2125552012', effectiveFrom: '2020-02-02T00:00:00Z' }];
    const attorney = { barState: 'NY', barNumber: '10', last: 'Ng', first: 'Ana', numbers };
    const [first, again] = [await enter(attorney), await enter({ ...attorney, numbers: [...numbers].reverse() })];
    expect(again.body).toEqual(first.body);
    expect((await enter(attorney, 'ben')).body['receipt']).not.toBe(first.body['receipt']);
    const since = (await desk.protections('+12125552012')).map((said) => said.since);
    expect(new Set(since)).toEqual(new Set(['2020-02-02T00:00:00.000Z']));
    const wrong = await enter({ ...attorney, numbers: ['2125552011', { number: '12' }] });
    expect(wrong).toMatchObject({ status: 422, body: { field: 'numbers.1.number' } });
    const many = Array.from({ length: 401 }, (_, n) => `212556${String(n).padStart(4, '0')}`);
    const practice = await enter({ ...attorney, barNumber: '11', numbers: many });
    expect(practice.body['furtherReceipts']).toHaveLength(2);
  });

  it('as not so opens a case, and ends nothing', async () => {
    const { receipt, attorney } = await received(form('1', '2125552021'));
    const answer = await desk.verify(attorney, ['ben', 'approver'], {
      ...{ registration: receipt, result: 'not-confirmed', via: 'bar-office' },
    });
    expect(answer.status).toBe(200);
    await desk.settled();
    expect(await desk.isProtected('2125552021')).toBe(true);
    const id = derivedId(receipt, 'not-confirmed', 0);
    const [opened, ...more] = (await desk.store.readStream(caseStream(id))).map(({ text }) => parseEnvelope(text));
    const { time = '', id: cause = '' } = (await desk.history(receipt)).at(-1) ?? {};
    expect(opened).toMatchObject({ type: 'registry.CaseOpened', causationid: cause });
    expect(opened?.data).toEqual({
      ...{ case: id, cause: 'not-confirmed', attorney, of: 'number', indexes: [desk.indexOf('+12125552021')] },
      ...{ ends: { kind: 'registration', ref: attorney }, due: workDaysAfter(time, 1) },
    });
    expect(more).toEqual([]);
    const otherwise = await desk.verify(attorney, ['cy', 'registrar'], { registration: receipt });
    expect(otherwise).toMatchObject({ status: 409, body: { code: 'registration-answered' } });
  });

  it('as not so leaves what another form of the same attorney says: a stranger may write a lawyer’s name and line', async () => {
    const own = await received(form('1', '2125552061'));
    await desk.verify(own.attorney, ['ben', 'approver'], { registration: own.receipt });
    const strangers = await received(form('1', '2125552061'));
    expect(strangers.attorney).toBe(own.attorney);
    const answer = { registration: strangers.receipt, result: 'not-confirmed' };
    expect((await desk.verify(own.attorney, ['ben', 'approver'], answer)).status).toBe(200);
    await desk.settled();
    expect(await desk.store.readStream(caseStream(derivedId(strangers.receipt, 'not-confirmed', 0)))).toEqual([]);
  });

  it('as not so where it protected nobody leaves nothing to end', async () => {
    const { receipt, attorney } = await received(form('1', '2125552025', { last: 'Ruiz' }));
    await desk.verify(attorney, ['ben', 'approver'], { registration: receipt, result: 'not-confirmed' });
    await desk.settled();
    expect(await desk.store.readStream(caseStream(derivedId(receipt, 'not-confirmed', 0)))).toEqual([]);
  });

  it('and protects then what did not match, since it came in', async () => {
    const { receipt, attorney } = await received(form('2', '2125552031', { last: 'Maiden' }));
    expect(await desk.isProtected('2125552031')).toBe(false);
    await desk.verify(attorney, ['ben', 'registrar'], { registration: receipt });
    await desk.settled();
    const [first] = await desk.history(receipt);
    expect(await desk.protections('+12125552031')).toMatchObject([{ since: first?.time }]);
  });

  it('through the roll’s own contact, and that somebody looked at the form is an event', async () => {
    const { receipt, attorney } = await received(form('3', '2125552041', { email: 'r@example.org' }));
    const { body } = await desk.ask('GET', `/api/registrations/${receipt}/form`, ['ben', 'approver']);
    const written = { barNumber: '3', last: 'Quist', first: 'Roberta', firm: '', email: 'r@example.org' };
    expect(body).toEqual({
      ...{ registration: receipt, as: 'attorney', attorney, rollContacts: ['+12125550103'] },
      form: { ...written, numbers: [{ number: '+12125552041' }] },
    });
    const viewed = (await desk.history(receipt)).at(-1);
    expect(viewed).toMatchObject({
      type: 'registry.RegistrationViewed',
      actor: 'ben',
      data: { registration: receipt },
    });
  });

  it('only with a role, and only under its own attorney', async () => {
    const { receipt, attorney } = await received(form('4', '2125552051'));
    expect((await desk.verify(attorney, ['dora', 'auditor'], { registration: receipt })).status).toBe(403);
    const elsewhere = await desk.verify('attorney-x', ['ben', 'approver'], { registration: receipt });
    expect(elsewhere).toMatchObject({ status: 404, body: { code: 'registration-not-found' } });
    expect((await desk.verify(attorney, ['ben', 'approver'], { registration: receipt, via: 'form' })).status).toBe(422);
    expect(isUuid(receipt)).toBe(true);
    expect(await typesOf(receipt)).toEqual(['RegistrationReceived', 'RegistrationMatched']);
  });
});
