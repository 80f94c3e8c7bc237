import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Installation } from '../testing/installation.js';
import { RegistrationDesk } from '../testing/registration-desk.js';

jest.setTimeout(60_000);

describe('the public form', () => {
  let place: Installation;
  let desk: RegistrationDesk;
  beforeAll(async () => {
    place = await Installation.start();
    desk = new RegistrationDesk(place);
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const form = (...numbers: object[]) => ({ barState: 'NY', barNumber: '999', last: 'Ng', first: 'Ana', numbers });

  it('that cannot be read is refused, naming the field and nothing that stood there', async () => {
    const { status, body } = await desk.register(form({ number: '2125550177' }, { number: '555-0100' }));
    expect(body).toMatchObject({ code: 'invalid-input', field: 'numbers.1.number' });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).not.toContain('555-0100');
  });

  it('of any size ends somewhere', async () => {
    const big = await desk.register({ ...form({ number: '2125550177' }), firm: 'x'.repeat(1_100_000) });
    expect(big).toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
  });

  it('holds two hundred numbers, which fit into its event, and not one more', async () => {
    const numbers = Array.from({ length: 201 }, (_, n) => ({
      number: String(2_125_556_000 + n),
      effectiveFrom: '2019-05-01T00:00:00.000Z',
    }));
    const long = '"'.repeat(200);
    const all = { ...form(...numbers), firm: long, first: long, last: long };
    expect(await desk.register(all)).toMatchObject({ status: 422, body: { field: 'numbers' } });
    expect((await desk.register({ ...all, numbers: numbers.slice(1) })).status).toBe(202);
  });

  it('may be written on a page that anybody may open', async () => {
    const answer = await fetch(`${place.registry.url}/register`);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*script-src 'sha256-/);
    expect(await answer.text()).toMatch(/^<!doctype html>[^]*<form id="form">/);
  });
});
