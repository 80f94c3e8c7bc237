import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { Processes } from './faults/processes.js';
import { PrivityInstance } from './instance.js';
import { hasJava } from './java.js';
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
/** Over the feed as well where there is time, or nothing else can run. */
const streams = long || !hasJava ? (['kafka', 'feed'] as const) : (['kafka'] as const);

// Issue 4: an hour forth, two hours back, and an hour forth again, while calls go on.
for (const stream of streams) {
  const able = found !== undefined && (stream === 'feed' || hasJava);
  const needs = `libfaketime: apt install faketime${stream === 'kafka' ? '; Java 17 or newer' : ''}`;
  (able ? describe : describe.skip)(`wall clocks that step, over ${stream} (needs ${needs})`, () => {
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
      try {
        expect(await privity?.stop()).toBe(0);
      } finally {
        clock?.remove();
      }
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

    async function* speechAcross(meanwhile: () => void) {
      for (let n = 0; n < FRAMES; n += 1, await sleep(FRAME_MS)) {
        if (n === FRAMES / 2) meanwhile();
        yield FRAME;
      }
    }

    /**
     * No step of the wall clocks ends a recording. On a machine where everything waits a permit may lapse by itself, or a
     * registry that is heard of too late may end it: then what came until then is kept, and another call is recorded across
     * another step. If a step were the cause, none would come through.
     * @param hours where the clocks go, each a step forth
     */
    async function requireRecordedAcross(hours: readonly number[]) {
      for (const hour of hours) {
        const { receipt } = await county.telephone.call(
          FRIEND,
          speechAcross(() => clock.step(hour)),
        );
        await expectStepped();
        if (receipt?.ending === 'ended') return expect(receipt.bytes).toBe(FRAMES * FRAME.length);
        // Absent where the call might not be recorded at this moment.
        expect(['permit-lapsed', 'permit-revoked', undefined]).toContain(receipt?.ending);
      }
      throw new Error(`none of ${hours.length} recordings lived through a step of the clocks`);
    }

    it('forth: a permit lives on, what is recorded is whole, and the registry is believed', async () => {
      const load = county.telephone.load([FRIEND, LAWYER]);
      await requireRecordedAcross([1, 2, 3, 4, 5]);
      await sleep(STALENESS_MS + 1_000);
      await recordedAgain(county.telephone);
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
      await requireRecordedAcross([0, 1, 2, 3, 4]);
      await requireWhole(privity, auditor);
      expect(new Set(telephone.made.map(({ outcome }) => outcome))).toEqual(new Set(['connect']));
      const lawyer = telephone.made.filter(({ dialed }) => dialed === LAWYER);
      expect(lawyer.length).toBeGreaterThan(0);
      expect(lawyer.filter(({ receipt }) => receipt !== undefined)).toEqual([]);
    });
  });
}
