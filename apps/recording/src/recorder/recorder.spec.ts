import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually, withPostgres } from '@privity/testing';
import { frames, House } from '../testing/house.js';
import { RenewalDesk, signPermit, type CallFacts } from '../testing/routing-stand-in.js';
import { recordingIdOf } from './recorder.js';

jest.setTimeout(60_000);
const postgres = withPostgres();
let house: House;
beforeAll(async () => {
  house = await House.build(postgres);
  await house.boot();
}, 60_000);
afterAll(() => house?.close(), 60_000);

const MARK = 'PLAINTEXT-OF-A-CALL-';
const sound = (bytes: number): Buffer =>
  Buffer.from(MARK.repeat(Math.ceil(bytes / MARK.length)).slice(0, bytes), 'latin1');
const typesOf = async (stream: string) => (await house.events(stream)).map(({ type }) => type);
const recorded = ({ call }: CallFacts) => house.events(`recording-${recordingIdOf(call)}`);
const attestations = async ({ call }: CallFacts) =>
  (await house.events(`media-${call}`)).filter(({ type }) => type === 'recording.NoMediaAttested');
const completion = (facts: CallFacts) =>
  eventually(
    async () => (await recorded(facts)).find(({ type }) => type === 'recording.RecordingCompleted'),
    'completed',
  );
const filesOf = async ({ call }: CallFacts) =>
  (await house.mediaFiles()).filter((file) => basename(dirname(file)) === call);
const code = async (response: Response) => ((await response.json()) as { code: string }).code;
/** A live call: sound in real time until the recorder stops taking it. */
const live = (facts: CallFacts, seconds: number) =>
  house.post(
    facts,
    frames(seconds * 50, 20, () => sound(160)),
  );

describe('recording a call', () => {
  it('keeps what arrived, sealed, in one object named after the call, and says so', async () => {
    const facts = await house.decided('C-1');
    const answer = await house.post(facts, sound(16_000));
    expect(answer.status).toBe(201);
    const recording = recordingIdOf(facts.call);
    expect(await answer.json()).toEqual({ recording, bytes: 16_000, seconds: 2, ending: 'ended' });
    const [started, completed] = await recorded(facts);
    expect(started).toMatchObject({ type: 'recording.RecordingStarted', causationid: facts.decision });
    expect(started?.data).toEqual({
      recording,
      call: facts.call,
      decision: facts.decision,
      facility: 'TX-07',
      caller: facts.caller,
      dialed: facts.dialed,
    });
    expect(completed?.data).toMatchObject({ bytes: 16_000, seconds: 2, ending: 'ended' });
    expect((await filesOf(facts)).map((file) => basename(file))).toEqual([`C-1.${recording}.pvm`]);

    await house.says('routing.CallEnded', facts);
    await pause(500);
    expect(await attestations(facts)).toEqual([]);
  });

  it('leaves nothing plain in the media folder, the database or the log', async () => {
    const facts = await house.decided('C-2');
    expect((await house.post(facts, sound(150_000))).status).toBe(201);
    const media = await house.mediaBytes();
    expect(media.length).toBeGreaterThan(150_000);
    expect(media.includes(MARK)).toBe(false);
    const base64 = Buffer.from(MARK).toString('base64').slice(0, 20);
    const stored = await house.everythingStored();
    expect(stored.length).toBeGreaterThan(1_000);
    for (const text of [stored, house.log.join('\n')]) {
      expect(text.includes(MARK)).toBe(false);
      expect(text.includes(base64)).toBe(false);
      expect(text.includes(Buffer.from(MARK).toString('hex'))).toBe(false);
    }
  });

  it('renews each second while the call goes on', async () => {
    const facts = await house.decided('C-3');
    const answer = await live(facts, 2.5);
    expect(((await answer.json()) as { bytes: number }).bytes).toBe(125 * 160);
    expect(RenewalDesk.asked.get(facts.call)).toBeGreaterThanOrEqual(3);
  });

  it('takes one recording of a call', async () => {
    const facts = await house.decided('C-4');
    expect((await house.post(facts, sound(160))).status).toBe(201);
    const again = await house.post(facts, sound(320));
    expect(again.status).toBe(409);
    expect(await code(again)).toBe('already-recorded');
    expect((await house.events(`media-${facts.call}`)).map(({ data }) => data)).toEqual([
      { call: facts.call, reason: 'already-recorded' },
    ]);
    expect(await filesOf(facts)).toHaveLength(1);
  });

  it('takes one of two recorders that come at once', async () => {
    const facts = await house.decided('C-5');
    const answers = await Promise.all([1, 2, 3, 4].map(() => house.post(facts, sound(16_000))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await filesOf(facts)).toHaveLength(1);
  });

  it('writes no byte before the event that says so is durable', async () => {
    const facts = await house.decided('C-7');
    let answer: Promise<Response> | undefined;
    await house.whileNothingCanBeAppended(async () => {
      answer = house.post(facts, sound(200_000));
      await pause(700);
      expect(RenewalDesk.asked.get(facts.call)).toBe(1);
      expect(await filesOf(facts)).toEqual([]);
    });
    expect((await answer)?.status).toBe(201);
  });

  it('ends as interrupted when the dialler breaks off, with what there is', async () => {
    const facts = await house.decided('C-6');
    async function* broken() {
      yield sound(8_000);
      await pause(300);
      throw new Error('the line is dead');
    }
    await expect(house.post(facts, broken())).rejects.toThrow();
    expect((await completion(facts)).data).toMatchObject({ ending: 'interrupted', bytes: 8_000 });
  });
});

describe('without a live permit not a byte is kept, and the refusal is an event', () => {
  const refusedWith = async (facts: CallFacts, answer: Response, reason: string, stream = `media-${facts.call}`) => {
    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await code(answer)).toBe(reason);
    expect((await house.events(stream)).at(-1)?.data).toMatchObject({ reason });
    expect(await filesOf(facts)).toEqual([]);
    expect(await recorded(facts)).toEqual([]);
  };

  it('none', async () => {
    const facts = await house.decided('R-1');
    await refusedWith(facts, await house.post(facts, sound(16_000), ''), 'no-permit', 'media-unpermitted');
  });

  it('another signer, another kind of token, or garbage', async () => {
    const facts = await house.decided('R-2');
    const { privateKey } = generateKeyPairSync('ed25519');
    const otherKind = await signPermit(RenewalDesk.key, facts, 'JWT');
    for (const permit of [await house.permit(facts, privateKey), otherKind, 'a.b.c']) {
      await refusedWith(facts, await house.post(facts, sound(160), permit), 'permit-invalid', 'media-unpermitted');
    }
  });

  it('the permit of another call', async () => {
    const [facts, other] = [await house.decided('R-3'), await house.decided('R-4')];
    const answer = await house.post(facts, sound(160), await house.permit(other));
    await refusedWith(facts, answer, 'permit-invalid', `media-${other.call}`);
  });

  it('the permit of a call at a facility that the token is not bound to', async () => {
    const facts = await house.decided('R-30');
    const post = (facility: string) => house.post(facts, sound(160), undefined, { facility });
    await refusedWith(facts, await post('TX-08'), 'permit-invalid');
    expect((await post('TX-07')).status).toBe(201);
  });

  it('one that routing does not renew; the call may try again when it does', async () => {
    const facts = await house.decided('R-5');
    RenewalDesk.say(facts.call, 'refuse');
    await refusedWith(facts, await house.post(facts, sound(160)), 'permit-refused');
    RenewalDesk.say(facts.call, 'fail');
    await refusedWith(facts, await house.post(facts, sound(160)), 'routing-unreachable');
    RenewalDesk.say(facts.call, 'hang');
    await refusedWith(facts, await house.post(facts, sound(160)), 'routing-unreachable');
    RenewalDesk.say(facts.call, 'grant');
    expect((await house.post(facts, sound(160))).status).toBe(201);
  });

  it('a body without sound is no recording either', async () => {
    const facts = await house.decided('R-6');
    expect((await house.post(facts, new Uint8Array())).status).toBe(400);
    expect(await recorded(facts)).toEqual([]);
  });
});

describe('a recording stops', () => {
  const stopsWithin = async (facts: CallFacts, answer: Promise<Response>, limitMs: number, ending: string) => {
    const begun = Date.now();
    const completed = await completion(facts);
    expect(Date.parse(completed.time) - begun).toBeLessThan(limitMs);
    expect(completed.data).toMatchObject({ ending });
    expect(((await (await answer).json()) as { ending: string }).ending).toBe(ending);
    const { bytes } = completed.data as { bytes: number };
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(8 * 8_000);
  };
  it.each([
    ['routing.PermitRevoked', 'permit-revoked'],
    ['routing.CallEnded', 'ended'],
  ] as const)(
    'within a second of %s',
    async (type, ending) => {
      const facts = await house.decided(`S-${ending}`);
      const answer = live(facts, 8);
      await eventually(async () => (await recorded(facts)).length > 0, 'started');
      await pause(500);
      await house.says(type, facts);
      await stopsWithin(facts, answer, 1_000, ending);
    },
    20_000,
  );

  it('when a renewal is refused, a second later at most', async () => {
    const facts = await house.decided('S-refused');
    const answer = live(facts, 8);
    await eventually(async () => (await recorded(facts)).length > 0, 'started');
    RenewalDesk.say(facts.call, 'refuse');
    await stopsWithin(facts, answer, 1_300, 'permit-revoked');
  });

  it('two seconds after the last renewal when routing says nothing', async () => {
    const facts = await house.decided('S-lapse');
    const answer = live(facts, 8);
    await eventually(async () => (await recorded(facts)).length > 0, 'started');
    RenewalDesk.say(facts.call, 'hang');
    await stopsWithin(facts, answer, 2_200, 'permit-lapsed');
    expect(((await recorded(facts)).at(-1)?.data as { bytes: number }).bytes).toBeLessThanOrEqual(2.2 * 8_000);
  });
});

describe('a call without a recording', () => {
  it('is attested at once when denied, once', async () => {
    const facts = await house.decided('A-1', 'deny');
    const [attested] = await eventually(async () => {
      const found = await attestations(facts);
      return found.length > 0 && found;
    }, 'attested');
    expect(attested?.data).toEqual({
      call: facts.call,
      decision: facts.decision,
      bytes: 0,
      objects: 0,
      store: 'files',
    });
    await house.says('routing.CallEnded', facts);
    await pause(500);
    expect(await attestations(facts)).toHaveLength(1);
  });

  it('is attested when it ends, also after refused media, and then takes no media', async () => {
    const facts = await house.decided('A-2');
    RenewalDesk.say(facts.call, 'refuse');
    await house.post(facts, sound(160));
    await house.says('routing.CallEnded', facts);
    await eventually(async () => (await attestations(facts)).length === 1, 'attested');
    RenewalDesk.say(facts.call, 'grant');
    const late = await house.post(facts, sound(160));
    expect([late.status, await code(late)]).toEqual([403, 'permit-refused']);
    expect(await filesOf(facts)).toEqual([]);
    expect(await typesOf(`media-${facts.call}`)).toEqual([
      'recording.MediaRefused',
      'recording.NoMediaAttested',
      'recording.MediaRefused',
    ]);
  });

  it('has a recording or an attestation, never both and never neither, when media and the end race', async () => {
    const calls = await Promise.all(Array.from({ length: 40 }, (_, n) => house.decided(`X-${n}`)));
    const statuses = await Promise.all(
      calls.map(async (facts, n) => {
        // The end comes by the stream, which gathers events for a moment, and for longer on a busy machine: the media's times
        // reach over that.
        const ended = pause((n % 8) * 25).then(() => house.says('routing.CallEnded', facts));
        const posted = pause((n % 5) * 400).then(() => house.post(facts, sound(1_600)));
        const [answer] = await Promise.all([posted, ended]);
        return answer.status;
      }),
    );
    for (const [n, facts] of calls.entries()) {
      if (statuses[n] === 201) await completion(facts);
      else await eventually(async () => (await attestations(facts)).length > 0, 'attested');
    }
    await pause(500);
    // Both outcomes occur, or the race was none.
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 403).length).toBeGreaterThan(0);
    for (const facts of calls) {
      const [made, attested, files] = [await recorded(facts), await attestations(facts), await filesOf(facts)];
      expect([made.length > 0, attested.length]).toEqual(files.length === 1 ? [true, 0] : [false, 1]);
    }
  });
});

describe('the service', () => {
  it('has stopped on no event', async () => {
    expect(await house.halts()).toEqual([]);
  });
});

describe('an object', () => {
  it('is what the format says', async () => {
    const facts = await house.decided('F-1');
    await house.post(facts, sound(160));
    const [file] = await filesOf(facts);
    const object = await readFile(file ?? '');
    expect(object.subarray(0, 7).toString()).toBe('PVMEDIA');
    expect(object.length).toBe(32 + 160 + 16);
  });
});
