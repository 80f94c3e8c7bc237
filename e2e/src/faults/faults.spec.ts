import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasJava } from '../java.js';
import { Campaign } from './campaign.js';
import { halves, planOfAll, type Victim, victimsOf } from './plan.js';

const CALLS = 100;
const SEED = 4;

// Named, so that a machine without Java cannot look like one where Kafka works.
const needsJava = hasJava ? it : it.skip;

// P6 with real processes: each of them once, half of them over the feed and half over Kafka, where there is one. The long
// form, all of them over both, with as many seeds as one likes: npm run test:faults.
describe('the main job, while each process is killed once (SIGKILL) in the middle of it', () => {
  let folder: string;
  let feed: Campaign;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-faults-'));
    feed = await Campaign.prepare(folder, 'feed', CALLS);
  }, 1_200_000);
  afterAll(() => rm(folder, { recursive: true, force: true }), 60_000);

  const half = halves();
  const holds = async (campaign: Campaign, stream: 'kafka' | 'feed', victims: readonly Victim[]) => {
    const { run, wrong } = await campaign.run(planOfAll(SEED, stream, CALLS, victims));
    expect(wrong).toEqual([]);
    expect(run?.kills.map(({ victim }) => victim).toSorted()).toEqual(victims.toSorted());
  };
  it(
    'comes over the feed to what it comes to without',
    () => holds(feed, 'feed', hasJava ? half.feed : victimsOf('feed')),
    1_200_000,
  );
  needsJava(
    'comes over Kafka to what it comes to without',
    () => holds(Campaign.against(folder, feed.clean), 'kafka', half.kafka),
    1_200_000,
  );
});
