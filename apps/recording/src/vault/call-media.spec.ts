import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { MEMBER_LEASE_MS } from '@privity/service';
import { withPostgres } from '@privity/testing';
import { House } from '../testing/house.js';
import { recordingIdOf } from '../recorder/recorder.js';

jest.setTimeout(60_000);
const postgres = withPostgres();
let house: House;
beforeAll(async () => {
  house = await House.build(postgres);
  await house.boot();
}, 60_000);
afterAll(() => house?.close(), 60_000);

it('a call is not taken by a recorder that its siblings think dead: they could take it away, and its key, at once', async () => {
  const facts = await house.decided('lapsed');
  const sound = Buffer.alloc(1_600, 1);
  await house.whileThoughtDead(async () => {
    const refused = await house.post(facts, sound);
    expect([refused.status, (await refused.json()) as object]).toEqual([
      503,
      expect.objectContaining({ code: 'store-unavailable' }),
    ]);
    expect(await house.events(`recording-${recordingIdOf(facts.call)}`)).toEqual([]);
  });
  await pause(MEMBER_LEASE_MS / 2);
  expect((await house.post(facts, sound)).status).toBe(201);
});
