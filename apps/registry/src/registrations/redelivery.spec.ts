import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Installation } from '../testing/installation.js';
import { barRoll, RegistrationDesk } from '../testing/registration-desk.js';
import { importFile } from '../testing/requests.js';

jest.setTimeout(60_000);

describe('what follows from a registration', () => {
  let place: Installation;
  let desk: RegistrationDesk;
  beforeAll(async () => {
    place = await Installation.start();
    desk = new RegistrationDesk(place);
    await importFile(place, 'bar-roll', barRoll(['1', 'Quist', 'Active', '2125550101']));
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  it('follows once, however often its events are delivered (P6)', async () => {
    const form = { barState: 'NY', barNumber: '1', last: 'Quist', first: 'Bob' };
    await desk.receiptOf({ ...form, numbers: [{ number: '2125554001' }, { number: '2125554002' }] });
    await desk.receiptOf({ ...form, last: 'Ruiz', numbers: [{ number: '2125554003' }] });
    await desk.ask('POST', '/api/attorneys', ['ana', 'registrar'], { ...form, numbers: ['2125554004'] });
    await desk.settled();
    const attorney = String((await desk.work('verification'))[0]?.['attorney']);
    await desk.verify(attorney, ['ben', 'approver'], { result: 'not-confirmed' });
    await desk.settled();
    const before = await desk.store.heads();
    const list = () => place.query('select * from registration order by id');
    const entries = await list();
    expect(entries).toHaveLength(3);

    await place.registry.close();
    await place.query('delete from event_stream.checkpoint');
    await place.boot();
    await desk.settled();
    expect((await desk.store.heads()).map(({ position }) => position)).toEqual(before.map(({ position }) => position));
    expect(await list()).toEqual(entries);
    expect(await place.query('select * from event_stream.halt')).toEqual([]);
  });
});
