import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventDigests } from './event-digests.js';

const place = fc.record({
  source: fc.constantFrom('/privity/routing', '/privity/audit'),
  shard: fc.nat(3),
  position: fc.integer({ min: 1, max: 700 }),
});

describe('EventDigests', () => {
  it('counts what both have with the same bytes, as a map of texts would, in whatever order they came', () => {
    const entry = fc.record({ place, text: fc.constantFrom('a', 'b') });
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), (left, right) => {
        const build = (entries: typeof left) => {
          const digests = new EventDigests();
          const texts = new Map<string, string>();
          for (const { place, text } of entries) {
            digests.set(place.source, place.shard, place.position, text);
            texts.set(JSON.stringify(place), text);
          }
          return { digests, texts };
        };
        const [a, b] = [build(left), build(right)];
        expect(a.digests.size).toBe(a.texts.size);
        const shared = [...a.texts].filter(([key, text]) => b.texts.get(key) === text).length;
        expect(a.digests.sharedWith(b.digests)).toBe(shared);
      }),
    );
  });
});
