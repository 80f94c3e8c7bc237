import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecisionText } from './decision-text.js';
import type { CallDecided } from './events.js';

// Few different ones, so that the same follows the same.
const directory = fc.constantFrom<unknown>({ positions: [1, 2], digest: 'a' }, { digest: 'b' }, {}, null, 'text', 7);
const tricky = fc.constantFrom<unknown>(',"directory":{"digest":"b"}}', { directory: {} }, [{ a: 1, directory: 7 }]);
const rest = fc.dictionary(fc.oneof(fc.string(), fc.constant('directory')), fc.oneof(fc.jsonValue(), tricky));
const data = fc.oneof(
  fc.tuple(rest, directory).map(([some, last]) => ({ ...some, directory: last })),
  fc.oneof(rest, fc.jsonValue(), tricky),
);

describe("decisions' text, of many that name the same directory", () => {
  it('is parsed as a parser would, whatever came before, names in their order', () => {
    fc.assert(
      fc.property(fc.array(data, { maxLength: 8 }), (all) => {
        const text = new DecisionText();
        for (const one of all) {
          const json = JSON.stringify(one);
          expect(JSON.stringify(text.parse(json))).toBe(json);
          expect(text.parse(json)).toEqual(JSON.parse(json));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is no text without what a parser needs', () => {
    const text = new DecisionText();
    const ending = ',"directory":{"digest":"b"}}';
    text.parse(`{"a":1${ending}`);
    for (const wrong of [ending, `{${ending}`, `{"a":1,${ending}`, `{"a":"1${ending}`, `{"b":{"a":1${ending}`])
      expect(() => text.parse(wrong)).toThrow(SyntaxError);
  });

  it('is written as it always was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(rest, directory)), (all) => {
        const text = new DecisionText();
        for (const [some, last] of all) {
          const { directory: _, ...before } = some;
          const decision = { facility: 'F', ...before, directory: last } as unknown as CallDecided['data'];
          expect(text.write(decision)).toBe(JSON.stringify(decision));
        }
      }),
    );
  });
});
