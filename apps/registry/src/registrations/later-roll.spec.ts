import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { uuidv7 } from '@privity/kernel';
import { numberStream, registrationStream } from '@privity/registry';
import { Installation } from '../testing/installation.js';
import { barRoll, RegistrationDesk } from '../testing/registration-desk.js';
import { importFile } from '../testing/requests.js';

jest.setTimeout(60_000);

describe('a roll that comes after a registration', () => {
  let place: Installation;
  let desk: RegistrationDesk;
  beforeAll(async () => {
    place = await Installation.start();
    desk = new RegistrationDesk(place);
    await importFile(place, 'bar-roll', barRoll(['1', 'Quist', 'Active'], ['3', 'Abbot', 'Suspended']));
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const waiting = async (barNumber: string, last: string, number: string) => {
    const receipt = await desk.receiptOf({ barState: 'NY', barNumber, last, first: 'Ann', numbers: [{ number }] });
    await desk.settled();
    expect(await desk.isProtected(number)).toBe(false);
    return receipt;
  };
  const typesOf = async (receipt: string) => (await desk.history(receipt)).map(({ type }) => type.split('.')[1]);

  it('and names whom no earlier one did, or writes them another way, protects since the registration came in', async () => {
    const [married, unlisted, back, nobody, answered] = [
      await waiting('1', 'Quist-Ortiz', '2125553001'),
      await waiting('2', 'Ng', '2125553002'),
      await waiting('3', 'Abbot', '2125553003'),
      await waiting('9', 'Nobody', '2125553004'),
      await waiting('4', 'Iyer', '2125553005'),
    ];
    const answer = { registration: answered, result: 'not-confirmed' };
    await desk.verify(await desk.attorneyOf(answered), ['ben', 'approver'], answer);
    await desk.settled();
    const later = barRoll(
      ...([
        ['1', 'Quist-Ortiz', 'Active'],
        ['2', 'Ng', 'Active'],
        ['3', 'Abbot', 'Active'],
        ['4', 'Iyer', 'Active'],
      ] as const),
    );
    await importFile(place, 'bar-roll', later);
    await desk.settled();
    for (const [receipt, number] of [
      [married, '2125553001'],
      [unlisted, '2125553002'],
      [back, '2125553003'],
    ] as const) {
      const [received, ...more] = await desk.history(receipt);
      expect(more.map(({ type }) => type)).toEqual(['registry.RegistrationUnmatched', 'registry.RegistrationMatched']);
      expect(await desk.protections(`+1${number}`)).toMatchObject([{ since: received?.time }]);
    }
    expect(await typesOf(nobody)).toEqual(['RegistrationReceived', 'RegistrationUnmatched']);
    expect(await typesOf(answered)).toEqual(['RegistrationReceived', 'RegistrationUnmatched', 'RegistrationAnswered']);
    expect(await desk.isProtected('2125553005')).toBe(false);
    const listed = await place.query<{ matched: boolean }>('select matched from registration order by due, id');
    expect(listed.filter(({ matched }) => matched)).toHaveLength(3);
  });

  it('and came while a registration was compared is seen once more', async () => {
    const receipt = await waiting('8', 'Orwell', '2125553008');
    // As if the row were not committed yet when the roll's line is acted on.
    const [row] = await place.query<{ id: string }>('select id from registration where id = $1', [receipt]);
    await place.query('delete from registration where id = $1', [receipt]);
    await importFile(place, 'bar-roll', barRoll(['8', 'Orwell', 'Active']));
    await desk.settled();
    expect([row?.id, await desk.isProtected('2125553008')]).toEqual([receipt, false]);
    const data = { registration: receipt, attorney: await desk.attorneyOf(receipt), reason: 'not-on-roll' };
    await desk.store.append(registrationStream(receipt), 'any', [{ type: 'registry.RegistrationUnmatched', data }]);
    await desk.settled();
    expect(await desk.isProtected('2125553008')).toBe(true);
  });

  it('and does not match protects nobody again of whom two people ended it', async () => {
    const form = { barState: 'NY', barNumber: '7', last: 'Marlow', first: 'Ann', numbers: ['2125553007'] };
    const { body } = await desk.ask('POST', '/api/attorneys', ['ana', 'registrar'], form);
    await desk.settled();
    const index = desk.indexOf('+12125553007');
    const source = { kind: 'registration', ref: String(body['attorneyId']) };
    const data = { of: 'number', index, source, settlement: uuidv7(), left: 1 };
    const before = await desk.protections('+12125553007');
    expect(before.map((said) => said.source)).toContainEqual(source);
    await desk.store.append(numberStream(index), 'any', [{ type: 'registry.ProtectionEnded', data }]);
    await importFile(place, 'bar-roll', barRoll(['7', 'Conrad', 'Active']));
    await desk.settled();
    expect((await desk.history(String(body['receipt']))).at(-1)?.data).toMatchObject({ reason: 'not-on-roll' });
    expect(await desk.protections('+12125553007')).toEqual(before);
  });
});
