import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseEnvelope } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import { caseStream } from '@privity/registry';
import { Installation } from '../testing/installation.js';
import { type Answer, barRoll, RegistrationDesk } from '../testing/registration-desk.js';
import { importFile } from '../testing/requests.js';

jest.setTimeout(60_000);

describe('those who work for an attorney', () => {
  let place: Installation;
  let desk: RegistrationDesk;
  let attorney: string;
  beforeAll(async () => {
    place = await Installation.start();
    desk = new RegistrationDesk(place);
    await importFile(place, 'bar-roll', barRoll(['1', 'Quist', 'Active', '2125550101']));
    attorney = await desk.attorneyOf(await desk.receiptOf(form('attorney', '2125553000')));
    await desk.settled();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const form = (as: string, number: string) => ({
    ...{ as, barState: 'NY', barNumber: '1', last: 'Quist', first: 'Bob', numbers: [{ number }] },
  });
  const list = (who: Parameters<RegistrationDesk['ask']>[2], number: string, more = {}): Promise<Answer> =>
    desk.ask('POST', `/api/attorneys/${attorney}/delegates`, who, {
      ...{ as: 'interpreter', last: 'Oyelaran', first: 'Ife', numbers: [{ number }] },
      ...more,
    });

  it('are protected by no form of their own, whatever it names, until a person confirms each', async () => {
    const [one, other] = await Promise.all(
      ['2125553001', '2125553002'].map((number) => desk.receiptOf(form('paralegal', number))),
    );
    await desk.settled();
    expect(await desk.isProtected('2125553001')).toBe(false);
    await desk.verify(attorney, ['ben', 'approver'], { registration: one });
    await desk.settled();
    expect(await desk.protections('+12125553001')).toMatchObject([
      { source: { kind: 'registration', ref: one }, basis: 'registered as a paralegal of an attorney' },
    ]);
    expect(await desk.isProtected('2125553002')).toBe(false);
    expect((await desk.work('verification')).map((item) => item['registration'])).toContain(other);
  });

  it('are protected at once on the word of their attorney or a registrar, and confirmed by somebody else', async () => {
    const own = await list([attorney, 'attorney'], '2125553011');
    expect(await desk.isProtected('2125553011')).toBe(true);
    expect(own.status).toBe(201);
    const { receipt } = own.body as { receipt: string };
    const staff = await list(['ana', 'registrar'], '2125553012');
    expect(await desk.isProtected('2125553012')).toBe(true);
    expect(Object.keys(staff.body)).toEqual(['receipt', 'due']);
    const registration = staff.body['receipt'];
    expect(await desk.verify(attorney, ['ana', 'approver'], { registration })).toMatchObject({ status: 403 });
    expect(await desk.verify(attorney, ['ben', 'approver'], { registration })).toMatchObject({ status: 200 });
    await desk.settled();
    expect(await desk.protections('+12125553011')).toMatchObject([{ source: { kind: 'registration', ref: receipt } }]);
    expect(await list([attorney, 'attorney'], '2125553011')).toMatchObject({ body: own.body });
  });

  it('are not another attorney’s to list, nor anybody’s who is not listed', async () => {
    expect(await list(['attorney-other', 'attorney'], '2125553021')).toMatchObject({ status: 403 });
    const nobody = await desk.ask('POST', '/api/attorneys/attorney-none/delegates', ['ana', 'registrar'], {
      ...{ as: 'expert', last: 'X', first: 'Y', numbers: [{ number: '2125553021' }] },
    });
    expect(nobody).toMatchObject({ status: 404, body: { code: 'attorney-not-found' } });
    expect(await list(['ana', 'registrar'], '2125553021', { as: 'attorney' })).toMatchObject({ status: 422 });
    expect(await desk.isProtected('2125553021')).toBe(false);
  });

  it('end by themselves: a doubt about one says nothing of the attorney', async () => {
    const { body } = await list([attorney, 'attorney'], '2125553031');
    const { receipt } = body as { receipt: string };
    await desk.verify(attorney, ['ben', 'approver'], { registration: receipt, result: 'not-confirmed' });
    await desk.settled();
    expect(await desk.isProtected('2125553031')).toBe(true);
    const [opened] = await desk.store.readStream(caseStream(derivedId(receipt, 'not-confirmed', 0)));
    expect(parseEnvelope(opened?.text ?? '').data).toMatchObject({ ends: { ref: receipt }, attorney });
  });
});
