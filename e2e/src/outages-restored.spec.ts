import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { command, PrivityInstance } from './instance.js';
import { hasJava } from './java.js';
import { ClusterCopy, DatabaseCopy } from './outages/copies.js';
import { countyOf, FRIEND, LATE_LAWYER, LAWYER, recordedAgain, settle } from './outages/county.js';
import { LIMIT_MS } from './outages/duration.js';
import { haltedIn, readersCaughtUp, requireWhole } from './outages/whole.js';
import { eventually } from './stream.js';

const SERVICES = ['registry', 'routing', 'recording', 'audit'];
const REFUSAL = /must not go on.*restored from an older copy.*privity store recover/;
/** Where all were restored: whichever of them is asked first. */
const ANY_REFUSAL = /must not go on.*(restored from an older copy.*privity store recover|the log is shorter)/;

jest.setTimeout(LIMIT_MS);

const started: PrivityInstance[] = [];
/** One that is ended with the test, however that ends. */
async function start(dataDir: string, stream: 'kafka' | 'feed'): Promise<PrivityInstance> {
  const privity = await PrivityInstance.start({}, { dataDir, stream });
  started.push(privity);
  return privity;
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((privity) => privity.end()));
}, 120_000);

/** What the instance says instead of starting. */
const refusal = (dataDir: string, stream: 'kafka' | 'feed') =>
  start(dataDir, stream).then(
    async (privity) => {
      await privity.end();
      throw new Error('it started');
    },
    (error: Error) => error.message.replaceAll('\n', ' '),
  );
const forgetMark = (dataDir: string, service: string) => rm(join(dataDir, 'keys', service, 'store.mark.json'));

/** An instance with a few calls, stopped; then, after `copy`, some more calls, and stopped again. */
async function grownAfter<T>(dataDir: string, stream: 'kafka' | 'feed', copy: () => T | Promise<T>): Promise<T> {
  const before = await start(dataDir, stream);
  await settle(await countyOf(before));
  expect(await before.end()).toBe(0);
  const taken = await copy();
  const privity = await start(dataDir, stream);
  const { telephone, registrar, auditor } = await countyOf(privity);
  await recordedAgain(telephone);
  await registrar.protections.protect({ number: LATE_LAWYER, reason: 'attorney', basis: 'letter' });
  for (let n = 0; n < 12; n += 1) await telephone.call(n % 3 === 0 ? FRIEND : LAWYER);
  await requireWhole(privity, auditor);
  expect(await privity.end()).toBe(0);
  return taken;
}

// Issue 4: an old copy looks whole, and everything that it lacks is as if it had never been. Nobody may get by with it unseen.
(hasJava ? describe : describe.skip)(
  'all databases restored from an older copy, over Kafka (needs Java 17 or newer)',
  () => {
    let dataDir: string;
    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'privity-restored-'));
      const copy = await grownAfter(dataDir, 'kafka', () => ClusterCopy.take(dataDir));
      await copy.restore();
    }, LIMIT_MS);
    afterAll(() => rm(dataDir, { recursive: true, force: true }));

    it('is refused at the start, which says what to do; putting the marks away does not help', async () => {
      expect(await refusal(dataDir, 'kafka')).toMatch(ANY_REFUSAL);
      for (const service of SERVICES) await forgetMark(dataDir, service);
      expect(await refusal(dataDir, 'kafka')).toMatch(ANY_REFUSAL);
    });

    it('gets every event back from the topics; the log that goes on from the older copy is a decision of a person', async () => {
      for (const service of SERVICES) {
        // The audit service may have had nothing to say since.
        const some = service === 'audit' ? /^\d+ events put back$/m : /^[1-9]\d* events put back$/m;
        expect(await command(dataDir, 'store', 'recover', service)).toMatch(some);
      }
      expect(await refusal(dataDir, 'kafka')).toMatch(
        /audit must not go on.*(the log is|the tiles do not).*docs\/operations\.md/,
      );
      const signed = join(dataDir, 'keys/audit/log.signed');
      await rename(signed, `${signed}.put-away`);
      const privity = await start(dataDir, 'kafka');
      const { telephone, auditor } = await countyOf(privity);
      await recordedAgain(telephone);
      // What was learnt after the copy counts again.
      const late = await telephone.call(LATE_LAWYER);
      expect(late).toMatchObject({ outcome: 'connect', recording: 'off' });
      expect(late.reasons).toContain('number-protected');
      await requireWhole(privity, auditor);
      // Recordings made after the copy have lost their keys with it: each is named.
      const { objects, mismatches } = await auditor.recordings.check();
      expect(objects).toBeGreaterThan(0);
      expect(mismatches.length).toBeGreaterThan(0);
      expect(await privity.end()).toBe(0);
    });
  },
);

describe("routing's database restored from an older copy, over the feed", () => {
  let dataDir: string;
  let copy: DatabaseCopy;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'privity-restored-'));
    copy = await grownAfter(dataDir, 'feed', () => DatabaseCopy.take(dataDir, 'privity_routing'));
    await copy.restore();
  }, LIMIT_MS);
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('is refused at the start, which names the service and says what to do', async () => {
    expect(await refusal(dataDir, 'feed')).toMatch(/routing must not go on.*privity store recover routing/);
  });

  it('forced by putting the mark away, stops every reader that knows more: at once, and for all to see', async () => {
    await forgetMark(dataDir, 'routing');
    const privity = await start(dataDir, 'feed');
    const { auditor, telephone } = await countyOf(privity);
    const halts = await eventually('halts', async () => {
      const found = (await haltedIn(auditor)).filter(({ source }) => source === '/privity/routing');
      return ['recorder', 'audit-log'].every((name) => found.some(({ consumer }) => consumer === name)) && found;
    });
    expect(new Set(halts.map(({ halted }) => halted.code))).toEqual(new Set(['fork']));
    // It still takes calls: that these are another history is what the halts say.
    for (let n = 0; n < 12; n += 1) {
      expect(await telephone.call(LAWYER)).toMatchObject({ outcome: 'connect', recording: 'off' });
    }
    // What only one of them had read would be lost for the others when the copy is put back once more.
    await readersCaughtUp(auditor);
    await privity.end();
  });

  it('gets every event back from the audit log; what was answered for meanwhile only a person can give up', async () => {
    await copy.restore();
    expect(await refusal(dataDir, 'feed')).toMatch(REFUSAL);
    const refused = await command(dataDir, 'store', 'recover', 'routing').catch((error: object) => error);
    expect(refused).toMatchObject({
      stdout: expect.stringMatching(/^[1-9]\d* events put back\n(.*\n)*.*lost events up to position/),
      stderr: expect.stringContaining('goes on refusing appends'),
    });
    const recovered = await command(dataDir, 'store', 'recover', 'routing', '--accept-loss');
    expect(recovered).toMatch(/events put back/);
    const privity = await start(dataDir, 'feed');
    const { auditor, registrar, telephone } = await countyOf(privity);
    for (const { source, shard, consumer, version } of await haltedIn(auditor)) {
      const service = SERVICES.find((name) => consumer.startsWith(name)) ?? 'recording';
      const content = JSON.stringify({ consumer, version, source, shard });
      await registrar.request('POST', `/api/stream/${service}/resumed`, {
        body: { content, type: 'application/json' },
      });
    }
    await recordedAgain(telephone);
    expect(await telephone.call(LATE_LAWYER)).toMatchObject({ outcome: 'connect', recording: 'off' });
    await requireWhole(privity, auditor);
    expect((await auditor.recordings.check()).mismatches).toEqual([]);
    expect(await privity.end()).toBe(0);
  });
});
