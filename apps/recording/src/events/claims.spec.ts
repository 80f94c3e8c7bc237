import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually, withPostgres } from '@privity/testing';
import { recordingIdOf } from '../recorder/recorder.js';
import { frames, House } from '../testing/house.js';
import { type CallFacts, indexOf } from '../testing/routing-stand-in.js';

jest.setTimeout(60_000);
const postgres = withPostgres();
let house: House;
beforeAll(async () => {
  house = await House.build(postgres);
  await house.boot();
}, 60_000);
afterAll(() => house?.close(), 60_000);

const sound = Buffer.alloc(16_000, 0x7f);
const eventsOf = ({ call }: CallFacts) => house.events(`recording-${recordingIdOf(call)}`);
const seals = async (facts: CallFacts) =>
  (await eventsOf(facts)).filter(({ type }) => type === 'recording.RecordingSealed').map(({ data }) => data);
const sealed = (facts: CallFacts) =>
  eventually(async () => ((await seals(facts)).length > 0 ? seals(facts) : undefined), 'the seal');

describe('a claim of privilege (T11)', () => {
  it('ends a recording within a second, and seals what there is of it', async () => {
    const facts = await house.decided('P-1');
    const answer = house.post(
      facts,
      frames(500, 20, () => Buffer.alloc(160, 0x7f)),
    );
    await eventually(async () => ((await eventsOf(facts)).length > 0 ? true : undefined), 'a recording');
    await pause(500);
    const begun = Date.now();
    await house.claimsPrivilege(facts);
    expect(((await (await answer).json()) as { ending: string }).ending).toBe('permit-revoked');
    expect(Date.now() - begun).toBeLessThan(2_000);
    expect(await sealed(facts)).toMatchObject([{ reason: 'privilege-claimed', cause: expect.any(String) }]);
  });

  it('seals a recording that is over', async () => {
    const facts = await house.decided('P-2');
    await house.post(facts, sound);
    await house.claimsPrivilege(facts);
    expect(await sealed(facts)).toMatchObject([{ reason: 'privilege-claimed' }]);
  });

  it('seals one of which it is told later, too', async () => {
    const facts = await house.decided('P-3');
    await house.claimsPrivilege(facts);
    await eventually(
      async () =>
        (await house.count(`call_media where call = '${facts.call}' and privileged is not null`)) > 0
          ? true
          : undefined,
      'the claim',
    );
    await house.post(facts, sound);
    expect(await sealed(facts)).toMatchObject([{ reason: 'privilege-claimed' }]);
  });

  it('leaves what was recorded of the number before it as it is, until somebody else says that it is protected', async () => {
    const [before, during] = [await house.decided('P-4'), await house.decided('P-5')];
    await house.post(before, sound);
    await eventually(
      async () =>
        (await house.count(
          `recorded_number where recording = '${recordingIdOf(before.call)}' and ended_at is not null`,
        )) > 0
          ? true
          : undefined,
      'the end of the recording',
    );
    const since = new Date(Date.now() + 1).toISOString();
    await pause(5);
    await house.protects(before.dialed, 'claim', since);
    await house.post({ ...during, dialed: before.dialed }, sound);
    expect(await sealed(during)).toMatchObject([{ reason: 'number-protected' }]);
    expect(await seals(before)).toEqual([]);
    await house.protects(before.dialed);
    expect(await sealed(before)).toMatchObject([{ reason: 'number-protected' }]);
  });
});

describe('a number beside the dialled one (P8)', () => {
  const other = indexOf('other');

  it('that is protected later seals what was recorded of the call', async () => {
    const facts = await house.decided('O-1');
    await house.post(facts, sound);
    await house.joins(facts, other);
    await eventually(
      async () => ((await house.count(`recorded_other where number = '${other}'`)) > 0 ? true : undefined),
      'the party',
    );
    expect(await seals(facts)).toEqual([]);
    await house.protects(other);
    expect(await sealed(facts)).toMatchObject([{ reason: 'number-protected' }]);
  });

  it('that is protected already seals what is recorded of the call, whichever is told first', async () => {
    const [before, after] = [await house.decided('O-2'), await house.decided('O-3')];
    await house.post(before, sound);
    await house.joins(before, other);
    expect(await sealed(before)).toMatchObject([{ reason: 'number-protected' }]);
    await house.joins(after, other);
    await eventually(
      async () =>
        (await house.count(`recorded_other where recording = '${recordingIdOf(after.call)}'`)) > 0 ? true : undefined,
      'the party',
    );
    await house.post(after, sound);
    expect(await sealed(after)).toMatchObject([{ reason: 'number-protected' }]);
  });
});
