import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Campaign } from './campaign.js';
import { type JobOptions, type Report, reportOf } from './job.js';

const CALLS = 100;
const report = (wrong: readonly string[] = []): Report => ({
  ...{ calls: CALLS, denied: 3, notConnected: 20, connected: 77, recorded: 70, protectedRecorded: 0 },
  ...{ events: 900, eventsInLog: 900, eventsByType: {}, replayed: CALLS, replayMismatches: 0 },
  ...{ audioBytesSent: 1, audioBytesDecrypted: 1, differences: [], wrong },
});
const dirty = report(['a call was left unrecorded']);

describe('the run that others are held against', () => {
  let folder: string;
  let played: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-campaign-'));
    played = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Leaves what the main job does: a data folder, and its report beside it. */
  const plays = (reports: readonly Report[]) => {
    const left = [...reports];
    return async ({ dataDir }: JobOptions): Promise<Report> => {
      const made = left.shift() ?? report();
      played.push(dataDir.slice(folder.length + 1));
      await mkdir(dataDir, { recursive: true });
      await writeFile(reportOf(dataDir), JSON.stringify(made));
      return made;
    };
  };
  const prepare = (...reports: Report[]) => Campaign.prepare(folder, 'feed', CALLS, plays(reports));

  it('is taken from the folder where an earlier one left it clean', async () => {
    expect((await prepare()).clean).toEqual(report());
    expect((await prepare(dirty)).clean).toEqual(report());
    expect(played).toEqual(['imported-feed', 'clean-feed-100']);
  });

  it('is refused where it is not clean, and played again by whoever comes next', async () => {
    await expect(prepare(report(), dirty)).rejects.toThrow(/not clean:\na call was left unrecorded/);
    await expect(prepare(dirty)).rejects.toThrow(/not clean/);
    expect((await prepare()).clean).toEqual(report());
    expect(played).toEqual(['imported-feed', ...Array(3).fill('clean-feed-100')]);
  });

  it('begins with an import that was clean, never with one that was not', async () => {
    await expect(prepare(dirty)).rejects.toThrow(/not clean/);
    await prepare();
    expect(played).toEqual(['imported-feed', 'imported-feed', 'clean-feed-100']);
  });
});
