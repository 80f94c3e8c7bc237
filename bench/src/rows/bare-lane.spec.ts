import { describe, expect, it } from '@jest/globals';
import { BareLane } from './bare-lane.js';

describe('a lane of the bare limit', () => {
  /** A lane whose transactions end when they are told to. */
  function laneOf() {
    const begun: (readonly string[])[] = [];
    const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
    const lane = new BareLane<string>((together) => {
      begun.push(together);
      return new Promise((resolve, reject) => ends.push({ resolve, reject }));
    });
    return { lane, begun, ends };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('takes together what comes while a transaction is under way, and has one under way at a time', async () => {
    const { lane, begun, ends } = laneOf();
    const answered: string[] = [];
    const ask = (name: string) => lane.ask(name).then(() => answered.push(name));
    const first = [ask('a'), ask('b')];
    await turn();
    const then = [ask('c'), ask('d')];
    await turn();
    expect(begun).toEqual([['a', 'b']]);
    ends[0]?.resolve();
    await Promise.all(first);
    expect(answered).toEqual(['a', 'b']);
    await turn();
    expect(begun).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    ends[1]?.resolve();
    await Promise.all(then);
  });

  it('tells each of a transaction that failed, and goes on', async () => {
    const { lane, ends } = laneOf();
    const failing = [lane.ask('a'), lane.ask('b')];
    const told = Promise.allSettled(failing);
    await turn();
    const next = lane.ask('c');
    ends[0]?.reject(new Error('no room'));
    expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    ends[1]?.resolve();
    await next;
  });
});
