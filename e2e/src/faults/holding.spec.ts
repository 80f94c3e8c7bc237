import { describe, expect, it } from '@jest/globals';
import type { Killed } from './faulty-run.js';
import { broken } from './holding.js';
import type { Report } from './job.js';
import { drawPlan, halves, planOfAll, victimsOf } from './plan.js';

const plan = planOfAll(7, 'kafka', 100);
const kills: Killed[] = plan.kills.map((kill) => ({ ...kill, pids: [1], played: kill.afterCalls }));
const clean: Report = {
  calls: 100,
  denied: 3,
  notConnected: 20,
  connected: 77,
  recorded: 70,
  protectedRecorded: 0,
  events: 900,
  eventsInLog: 900,
  eventsByType: {
    'routing.CallDecided': 100,
    'routing.CallEnded': 97,
    'registry.NumberProtected': 300,
    'recording.RecordingStarted': 70,
    'recording.RecordingCompleted': 70,
    'recording.NoMediaAttested': 30,
  },
  replayed: 100,
  replayMismatches: 0,
  audioBytesSent: 1_000,
  audioBytesDecrypted: 1_000,
  differences: [],
  wrong: [],
};
const after = (changes: Partial<Report>, counts: Record<string, number> = {}): string[] =>
  broken(plan, { kills, report: { ...clean, ...changes, eventsByType: { ...clean.eventsByType, ...counts } } }, clean);
const stale = { callId: 'c', decision: 'd', reason: 'registry-stale' };
const oneLess = {
  'recording.RecordingStarted': 69,
  'recording.RecordingCompleted': 69,
  'recording.NoMediaAttested': 31,
};

describe('a run with faults', () => {
  it('holds when it comes to the same, or to one recording less for a lawful reason', () => {
    expect(after({})).toEqual([]);
    expect(after({ recorded: 69, differences: [stale] }, oneLess)).toEqual([]);
  });

  it.each<[string, Partial<Report>, Record<string, number>]>([
    ['a call denied that was connected', { denied: 4, connected: 76 }, {}],
    ['a call not played', { calls: 99, replayed: 99 }, {}],
    ['a recording lost that nobody accounts for', { recorded: 69 }, oneLess],
    [
      'one that is accounted for by no lawful reason',
      { recorded: 69, differences: [{ ...stale, reason: 'unknown' }] },
      oneLess,
    ],
    ['a protected call recorded', { protectedRecorded: 1 }, {}],
    ['an event that is not in the log', { eventsInLog: 899 }, {}],
    ['an event lost, and another doubled', { events: 900 }, { 'routing.CallEnded': 96 }],
    ['a protection stated twice', { events: 901, eventsInLog: 901 }, { 'registry.NumberProtected': 301 }],
    ['a recording begun and never completed', {}, { 'recording.RecordingCompleted': 69 }],
    ['a call neither recorded nor attested', {}, { 'recording.NoMediaAttested': 29 }],
    ['a decision that comes out otherwise', { replayMismatches: 1 }, {}],
    ['audio that does not come back', { audioBytesDecrypted: 999 }, {}],
    ['whatever the main job itself finds', { wrong: ['the root is another'] }, {}],
  ])('does not hold with %s', (_what, changes, counts) => {
    expect(after(changes, counts)).not.toEqual([]);
  });

  it('proves nothing when a kill met nothing, or came before or after all calls', () => {
    const [first, ...others] = kills as [Killed, ...Killed[]];
    for (const miss of [{ pids: [] }, { played: 0 }, { played: 100 }]) {
      expect(broken(plan, { kills: [{ ...first, ...miss }, ...others], report: clean }, clean)).toHaveLength(1);
    }
    expect(broken(plan, { kills: others, report: clean }, clean)).toEqual([`${first.victim} was not killed`]);
  });
});

describe('a plan', () => {
  it('follows from its seed, with every moment in the middle of the calls', () => {
    for (let seed = 0; seed < 500; seed++) {
      const drawn = drawPlan(seed, 'kafka', 100);
      expect(drawPlan(seed, 'kafka', 100)).toEqual(drawn);
      const moments = drawn.kills.map(({ afterCalls }) => afterCalls);
      expect(moments).toEqual([...moments].sort((a, b) => a - b));
      expect(Math.min(...moments)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...moments)).toBeLessThanOrEqual(70);
    }
  });

  it('leaves no victim out: of as many seeds in a row, or of one plan of all', () => {
    for (const stream of ['kafka', 'feed'] as const) {
      const all = [...victimsOf(stream)].sort();
      const first = all.map((_, n) => drawPlan(90 + n, stream, 100).kills.map(({ victim }) => victim));
      expect([...new Set(first.flat())].sort()).toEqual(all);
      expect(
        planOfAll(3, stream, 100)
          .kills.map(({ victim }) => victim)
          .sort(),
      ).toEqual(all);
    }
    const { kafka, feed } = halves();
    expect([...kafka, ...feed].sort()).toEqual([...victimsOf('kafka')].sort());
    expect(feed.filter((victim) => !victimsOf('feed').includes(victim))).toEqual([]);
  });
});
