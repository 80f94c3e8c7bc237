import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isStorableText, requireJson } from './json-shape.js';

describe('what may stand in data', () => {
  it('is all JSON whose texts PostgreSQL and UTF-8 can hold, and comes back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const storable = !/\\u0000|\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''));
        if (!storable) {
          expect(() => requireJson(value, 'data')).toThrow('data');
          return;
        }
        requireJson(value, 'data');
        const bytes = Buffer.from(JSON.stringify(value), 'utf8');
        expect(JSON.stringify(JSON.parse(bytes.toString('utf8')))).toBe(JSON.stringify(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells any text that UTF-8 would change', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '\0', '\ud800', '\udc00x', '\udc00\ud800'),
        (a, b) => {
          const text = a + b;
          const survives = Buffer.from(text, 'utf8').toString('utf8') === text && !text.includes('\0');
          expect(isStorableText(text)).toBe(survives);
        },
      ),
    );
  });

  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  it.each([
    ['NaN', { a: [1, Number.NaN] }, 'data.a[1]'],
    ['infinity', { a: -Infinity }, 'data.a'],
    ['a bigint', { a: 1n }, 'data.a'],
    ['a function', { a: () => 1 }, 'data.a'],
    ['a date', { a: new Date() }, 'data.a'],
    ['bytes', { a: Buffer.from('x') }, 'data.a'],
    ['a map', { a: new Map() }, 'data.a'],
    ['undefined in a list', { a: [undefined] }, 'data.a[0]'],
    ['a NUL', { a: { b: 'x\0' } }, 'data.a.b'],
    ['half a surrogate pair', { a: '\ud83d' }, 'data.a'],
    ['a NUL in a name', { a: { 'x\0': 1 } }, 'data.a'],
    ['its own toJSON', { a: { toJSON: () => 1 } }, 'data.a'],
    ['a cycle', cyclic, 'data.self'],
  ])('is not %s, and the field is named', (_, value, field) => {
    expect(() => requireJson(value, 'data')).toThrow(expect.objectContaining({ code: 'invalid-event' }));
    expect(() => requireJson(value, 'data')).toThrow(
      expect.objectContaining({ field: expect.stringContaining(field) }),
    );
  });

  it('takes a property that is undefined as absent, and objects without a prototype', () => {
    requireJson({ a: undefined, b: Object.create(null), c: structuredClone({ d: [] }) }, 'data');
  });
});
