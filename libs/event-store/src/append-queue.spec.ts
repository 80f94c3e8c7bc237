import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppendQueue } from './append-queue.js';

interface Queued {
  readonly stream: string;
  readonly bytes: number;
  readonly events: readonly { readonly id: string }[];
  readonly n: number;
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    stream: fc.constantFrom('a', 'b', 'c', 'd'),
    bytes: fc.integer({ min: 1, max: 50 }),
    id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
  }),
  fc.record({ do: fc.constant('take' as const), limit: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('release' as const) }),
  fc.record({ do: fc.constant('clear' as const) }),
);

describe('append queue', () => {
  it('gives out each append once, a stream in order and never twice at a time, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = new AppendQueue<Queued>();
        const inFlight: Queued[][] = [];
        const out: Queued[] = [];
        let added = 0;
        for (const each of steps) {
          if (each.do === 'add') {
            queue.add({ stream: each.stream, bytes: each.bytes, events: [{ id: each.id }], n: added++ });
          } else if (each.do === 'take') {
            const batch = queue.take(each.limit, 60);
            expect(batch.length).toBeLessThanOrEqual(each.limit);
            expect(batch.length < 2 || batch.reduce((sum, append) => sum + append.bytes, 0) <= 60).toBe(true);
            expect(new Set(batch.map((append) => append.events[0]?.id)).size).toBe(batch.length);
            const busy = [...inFlight.flat(), ...batch].map((append) => append.stream);
            expect(new Set(busy).size).toBe(busy.length);
            inFlight.push(batch);
            out.push(...batch);
          } else if (each.do === 'release') {
            queue.release(inFlight.shift() ?? []);
          } else {
            out.push(...queue.clear());
          }
        }
        for (const batch of inFlight) queue.release(batch);
        for (let batch = queue.take(3, 60); batch.length > 0; batch = queue.take(3, 60)) {
          out.push(...batch);
          queue.release(batch);
        }
        expect(out.map((append) => append.n).sort((a, b) => a - b)).toEqual(Array.from({ length: added }, (_, n) => n));
        for (const stream of ['a', 'b', 'c', 'd']) {
          const order = out.filter((append) => append.stream === stream).map((append) => append.n);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('lets streams take turns, however long the line of one is', () => {
    const queue = new AppendQueue<Queued>();
    for (const [n, stream] of ['a', 'a', 'a', 'b'].entries()) queue.add({ stream, bytes: 1, events: [], n });
    const first = queue.take(1, 60);
    queue.release(first);
    expect([...first, ...queue.take(1, 60)].map((append) => append.stream)).toEqual(['a', 'b']);
  });

  it('lets an append through that alone is larger than a batch', () => {
    const queue = new AppendQueue<Queued>();
    queue.add({ stream: 'a', bytes: 100, events: [{ id: '1' }], n: 0 });
    expect(queue.take(10, 60)).toHaveLength(1);
  });
});
