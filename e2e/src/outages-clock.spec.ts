import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { Processes } from './faults/processes.js';
import { PrivityInstance } from './instance.js';
import { type County, countyOf, FRIEND, LAWYER, recordedAgain, settle } from './outages/county.js';
import { LIMIT_MS, long } from './outages/duration.js';
import { standingStill } from './outages/standstill.js';
import { WallClock } from './outages/wall-clock.js';
import { requireWhole } from './outages/whole.js';
import { eventually } from './stream.js';

const STALENESS_MS = 4_000;
const MINUTE_MS = 60_000;
const [FRAME, FRAME_MS, FRAMES] = [Buffer.alloc(160, 0x7f), 20, 150];
const found = WallClock.find();
const java = spawnSync('java', ['-version']).status === 0;
const streams = (['kafka', 'feed'] as const).filter((stream) => (stream === 'kafka' ? java : long || !java));

// Issue 4: an hour forth, two hours back, and an hour forth again, while calls go on.
(found ? describe.each(streams) : describe.skip.each(streams))(
  'wall clocks that step, over %s (needs libfaketime: apt install faketime)',
  (stream) => {
    jest.setTimeout(LIMIT_MS);
    let clock: WallClock;
    let privity: PrivityInstance;
    let county: County;
    let processes: Processes;

    beforeAll(async () => {
      clock = (found as NonNullable<typeof found>)();
      const variables = { PRIVITY_STALENESS_MS: String(STALENESS_MS), ...clock.variables };
      privity = await PrivityInstance.start(variables, { stream, nodeArguments: clock.nodeArguments });
      county = await countyOf(privity, () => clock.now);
      processes = new Processes(privity.dataDir);
      await settle(county);
    }, LIMIT_MS);
    afterAll(async () => {
      expect(await privity.stop()).toBe(0);
      clock.remove();
    }, 120_000);

    const pidOf = async (name: Parameters<Processes['of']>[0]) =>
      eventually(`${name} to run`, () => Promise.resolve(processes.of(name)[0]));

    /** What a service and the database take for the time now. */
    async function clocks(): Promise<number[]> {
      const { headers } = await fetch(`${privity.url}/health`);
      const { databaseUrl } = JSON.parse(await readFile(join(privity.dataDir, 'instance.json'), 'utf8')) as {
        databaseUrl: string;
      };
      const database = new pg.Client({ connectionString: databaseUrl });
      await database.connect();
      const { rows } = await database.query<{ now: Date }>('select clock_timestamp() as now');
      await database.end();
      return [Date.parse(headers.get('date') ?? ''), rows[0]?.now.getTime() ?? Number.NaN];
    }

    const expectStepped = async () => {
      for (const time of await clocks()) expect(Math.abs(time - clock.now)).toBeLessThan(5 * MINUTE_MS);
    };

    /** A call that is recorded while `meanwhile` happens to the clocks. */
    async function recordedAcross(meanwhile: () => void) {
      const { telephone, dialler } = county;
      const { answer, permit } = await telephone.dial(FRIEND);
      async function* speech() {
        for (let n = 0; n < FRAMES; n += 1, await sleep(FRAME_MS)) {
          if (n === FRAMES / 2) meanwhile();
          yield FRAME;
        }
      }
      const receipt = await dialler.calls.media(answer.callId, permit, speech());
      await telephone.hangUp(answer);
      return receipt;
    }

    it('forth: a permit lives on, what is recorded is whole, and the registry is believed', async () => {
      const load = county.telephone.load([FRIEND, LAWYER]);
      const receipt = await recordedAcross(() => clock.step(1));
      expect(receipt).toMatchObject({ ending: 'ended', bytes: FRAMES * FRAME.length });
      await expectStepped();
      await sleep(STALENESS_MS + 1_000);
      expect((await county.telephone.call(FRIEND)).receipt).toBeDefined();
      await load.stop();
    });

    it('back, while the registry says nothing: nothing is recorded once its word is too old, however young it looks', async () => {
      const { telephone } = county;
      const load = telephone.load([FRIEND, LAWYER]);
      await standingStill([await pidOf('registry')], async () => {
        // Who held leases to a time that is two hours away does not come back to give them up.
        process.kill(await pidOf('routing'), 'SIGKILL');
        clock.step(-1);
        await sleep(STALENESS_MS + 1_000);
      });
      await recordedAgain(telephone);
      await expectStepped();
      const silent = standingStill([await pidOf('registry')], async () => {
        await sleep(STALENESS_MS + 1_000);
        clock.step(-2);
        const call = await telephone.call(FRIEND);
        expect(call).toMatchObject({ outcome: 'connect', recording: 'off' });
        expect(call.reasons).toContain('registry-stale');
        clock.step(-1);
      });
      await silent;
      // Not an hour later, when the registry's clock is again where it was.
      await recordedAgain(telephone);
      await load.stop();
    });

    it('forth again: in the end nothing was lost, doubled or kept of a lawyer', async () => {
      const { telephone, auditor } = county;
      const receipt = await recordedAcross(() => clock.step(0));
      expect(receipt).toMatchObject({ ending: 'ended', bytes: FRAMES * FRAME.length });
      await expectStepped();
      await requireWhole(privity, auditor);
      expect(new Set(telephone.made.map(({ outcome }) => outcome))).toEqual(new Set(['connect']));
      const lawyer = telephone.made.filter(({ dialed }) => dialed === LAWYER);
      expect(lawyer.length).toBeGreaterThan(0);
      expect(lawyer.filter(({ receipt }) => receipt !== undefined)).toEqual([]);
    });
  },
);
