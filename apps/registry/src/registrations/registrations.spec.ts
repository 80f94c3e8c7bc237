import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isUuid } from '@privity/kernel';
import { workDaysAfter } from '@privity/registry';
import { SubjectKeys } from '@privity/service';
import { Installation } from '../testing/installation.js';
import { barRoll, RegistrationDesk } from '../testing/registration-desk.js';
import { importFile } from '../testing/requests.js';

jest.setTimeout(60_000);

describe('a registration by the public form', () => {
  let place: Installation;
  let desk: RegistrationDesk;
  beforeAll(async () => {
    place = await Installation.start();
    desk = new RegistrationDesk(place);
    await importFile(
      place,
      'bar-roll',
      barRoll(
        ['100', 'Núñez-Ortiz', 'Active', '2125550100'],
        ['200', 'Abbot', 'Suspended'],
        ['300', 'Quist', 'Active'],
      ),
    );
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  let next = 2_125_551_000;
  const number = () => `+1${(next += 1)}`;
  const form = (barNumber: string, last: string, ...numbers: object[]) => ({
    ...{ barState: 'ny', barNumber, last, first: 'Roberta', firm: 'N & O', email: 'roberta@example.org' },
    numbers: numbers.length > 0 ? numbers : [{ number: number() }],
  });
  const typesOf = async (receipt: string) => (await desk.history(receipt)).map(({ type }) => type.split('.')[1]);

  it('whose bar record matches protects every number at once, each since its own date', async () => {
    const [one, two, three] = [number(), number(), number()];
    const since = '2019-05-01T04:00:00.000Z';
    const receipt = await desk.receiptOf(
      form(
        '100',
        'NUNEZ ORTIZ',
        { number: one },
        { number: two, effectiveFrom: '2019-05-01T00:00:00-04:00' },
        { number: three, effectiveFrom: '2999-01-01T00:00:00Z' },
      ),
    );
    await desk.settled();
    const [received] = await desk.history(receipt);
    const source = { kind: 'registration', ref: await desk.attorneyOf(receipt) };
    const said = { source, category: 'attorney', basis: 'registered as an attorney' };
    expect(await desk.protections(one)).toMatchObject([{ ...said, since: received?.time }]);
    expect(await desk.protections(two)).toMatchObject([{ ...said, since }]);
    expect(await desk.isProtected(three)).toBe(true);
    expect(await typesOf(receipt)).toEqual(['RegistrationReceived', 'RegistrationMatched']);
  });

  it('is for whoever has no token: one person must not send a form and verify it', async () => {
    for (const role of ['registrar', 'dialler'] as const) {
      const answer = await desk.ask('POST', '/api/registrations', ['ana', role], form('100', 'Núñez-Ortiz'));
      expect(answer.status).toBe(403);
    }
  });

  it('of another name, without standing, or of nobody known protects nothing, and is answered the same', async () => {
    const forms = [form('100', 'Núñez-Ortiz'), form('100', 'Ruiz'), form('200', 'Abbot'), form('999', 'Nobody')];
    const answers = await Promise.all(forms.map((one) => desk.register(one)));
    for (const { status, body, headers } of answers) {
      expect(status).toBe(202);
      expect(Object.keys(body)).toEqual(['receipt', 'due']);
      expect(isUuid(String(body['receipt']))).toBe(true);
      expect(headers.get('content-length')).toBe(answers[0]?.headers.get('content-length'));
      const [received] = await desk.history(String(body['receipt']));
      const due = workDaysAfter(received?.time ?? '', 3);
      expect(Math.abs(Date.parse(String(body['due'])) - Date.parse(due))).toBeLessThan(1_000);
    }
    await desk.settled();
    const outcomes = answers.map(async ({ body }) => (await desk.history(String(body['receipt']))).at(-1)?.data);
    expect(await Promise.all(outcomes)).toMatchObject([
      { registration: answers[0]?.body['receipt'] },
      { reason: 'another-name' },
      { reason: 'not-active' },
      { reason: 'not-on-roll' },
    ]);
    const numbers = forms.map(({ numbers: [first] }) => (first as { number: string }).number);
    expect(await Promise.all(numbers.map((one) => desk.isProtected(one)))).toEqual([true, false, false, false]);
    for (const { body } of answers) {
      const { status, body: shown } = await desk.ask('GET', `/api/registrations/${String(body['receipt'])}`);
      expect(status).toBe(200);
      expect(shown).toEqual({ received: shown['received'], due: body['due'], state: 'open', escalated: false });
    }
  });

  it('is not matched by what only staff said of an attorney', async () => {
    const staff = { barState: 'NY', barNumber: '400', last: 'Iyengarson', first: 'Anu', numbers: ['2125550140'] };
    await desk.ask('POST', '/api/attorneys', ['ana', 'registrar'], staff);
    const receipt = await desk.receiptOf(form('400', 'Iyengarson'));
    await desk.settled();
    expect((await desk.history(receipt)).at(-1)?.data).toMatchObject({ reason: 'not-on-roll' });
  });

  it('repeated with its key is the same; of other content it is another', async () => {
    const same = form('999', 'Twice');
    const key = { 'idempotency-key': 'k-1' };
    const [first, again] = [await desk.register(same, key), await desk.register(same, key)];
    expect(again).toMatchObject({ status: 202, body: first.body });
    const others = await Promise.all([
      desk.register({ ...same, first: 'Other' }, key),
      desk.register(same, { 'idempotency-key': 'k-2' }),
      desk.register(same),
    ]);
    expect(new Set([first, ...others].map(({ body }) => body['receipt'])).size).toBe(4);
    await desk.settled();
    expect(await typesOf(String(first.body['receipt']))).toEqual(['RegistrationReceived', 'RegistrationUnmatched']);
  });

  it('whose key was destroyed halts nothing and protects nobody (P10)', async () => {
    const one = number();
    const id = 'b0a9ff4e-7c14-7cc1-9a5b-000000000001';
    const keys = place.registry.app.get(SubjectKeys);
    const { kid } = await keys.keyFor(`registration-${id}`);
    await keys.destroy(`registration-${id}`);
    const form = { kid, iv: 'AAAAAAAAAAAAAAAA', ct: 'q83vASNFZ4mrze8BI0VniQ' };
    const due = '2999-01-01T00:00:00.000Z';
    const about = { registration: id, as: 'attorney', attorney: 'attorney-x', barState: 'NY', enteredBy: 'ana', due };
    const data = { ...about, form, numbers: [desk.indexOf(one)] };
    await desk.store.append(`registration-${id}`, 'no stream', [{ type: 'registry.RegistrationReceived', data }]);
    await desk.settled();
    expect(await typesOf(id)).toEqual(['RegistrationReceived']);
    expect(await desk.isProtected(one)).toBe(false);
    const { body } = await desk.ask('GET', `/api/registrations/${id}/form`, ['ben', 'approver']);
    expect(body).toMatchObject({ form: '[forgotten]' });
  });

  it('is unknown under another receipt, and its form is for no one without a role', async () => {
    const receipt = await desk.receiptOf(form('100', 'Núñez-Ortiz'));
    for (const unknown of ['b0a9ff4e-7c14-7cc1-9a5b-0123456789ab', 'x', `registration-${receipt}`]) {
      const answer = await desk.ask('GET', `/api/registrations/${unknown}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'registration-not-found' } });
    }
    expect((await desk.ask('GET', `/api/registrations/${receipt}/form`)).status).toBe(401);
    expect((await desk.ask('GET', `/api/registrations/${receipt}/form`, ['dora', 'auditor'])).status).toBe(403);
  });

  it('leaves no person in events, tables or logs', async () => {
    const texts = await place.query<{ event: string }>('select event from event_store.event');
    const rows = await place.query('select * from registration');
    const all = JSON.stringify([texts, rows]) + place.log.join('\n');
    expect([texts.length, rows.length].map((n) => n > 5)).toEqual([true, true]);
    expect(all).not.toMatch(/Roberta|roberta|N & O|Núñez|NUNEZ|Iyengarson|212555\d{4}/);
    expect(place.log.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
    expect(await place.query('select * from event_stream.halt')).toEqual([]);
  });
});
