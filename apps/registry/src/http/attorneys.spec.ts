import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { Installation } from '../testing/installation.js';
import { importFile, post } from '../testing/requests.js';

describe('attorneys', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const ana = {
    barState: 'NY',
    barNumber: '12345678',
    last: 'Bellweather',
    first: 'Anastasia',
    numbers: ['212-555-0190', '(212) 555-0191 x3'],
  };
  const register = (body: object) => post(place, '/api/attorneys', body, ['registrar']);
  const isProtected = async (number: string) =>
    (await post(place, '/api/protections/check', { number }, ['registrar'])).body['protected'];
  const events = async (attorneyId: unknown) =>
    (await place.registry.app.get(EventStore).readStream(String(attorneyId))).map(({ text }) => parseEnvelope(text));

  it('are protected at once, with every number, on a registrar’s word', async () => {
    const { status, body } = await register(ana);
    expect(status).toBe(201);
    expect(await Promise.all(['2125550190', '2125550191'].map(isProtected))).toEqual([true, true]);
    const [listed, ...more] = await events(body['attorneyId']);
    expect(listed).toMatchObject({ type: 'registry.AttorneyListed', data: { status: 'unknown', barState: 'NY' } });
    expect(more).toEqual([]);
    expect(JSON.stringify([listed, body])).not.toMatch(/12345678|Bellweather|Anastasia|5550190/);
  });

  it('are the same person when they register again and when a bar roll names them', async () => {
    const { body } = await register(ana);
    const roll =
      'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3\nNY,12345678,Bellweather,Anastasia,Resigned,,2125550190,,\n';
    expect(await importFile(place, 'bar-roll', roll)).toMatchObject({ added: 1 });
    expect(
      (await events(body['attorneyId'])).map(({ type, data }) => [type, (data as { status: unknown }).status]),
    ).toEqual([
      ['registry.AttorneyListed', 'unknown'],
      ['registry.AttorneyListingChanged', { from: 'unknown', to: 'resigned' }],
    ]);
    expect(await isProtected('2125550190')).toBe(true);
  });

  it('are refused whole when one number cannot be read', async () => {
    const answer = await register({ ...ana, barNumber: '999', numbers: ['2125550192', '555-0193'] });
    expect(answer).toMatchObject({ status: 422, body: { field: 'numbers.1' } });
    expect(await isProtected('2125550192')).toBe(false);
  });
});
