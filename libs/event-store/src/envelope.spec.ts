import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bodyOf, parseEnvelope, recorded, sameContent, textOf } from './envelope.js';

const place = fc.record({
  shard: fc.integer({ min: 0, max: 11 }),
  position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  sequence: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  previd: fc.option(fc.uuid(), { nil: undefined }),
});
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString());
const event = fc.record({
  id: fc.uuid(),
  time,
  type: fc.constantFrom('routing.CallDecided', 'registry.NumberProtected'),
  data: fc.dictionary(fc.string(), fc.jsonValue(), { depthIdentifier: 'data' }),
  correlationid: fc.string(),
});
type Given = typeof event extends fc.Arbitrary<infer T> ? T : never;
const body = (given: Given) => bodyOf('/privity/routing', 'call-x', given);

describe('the text of an event', () => {
  it('is one JSON document that gives back what went in, data and place', () => {
    fc.assert(
      fc.property(event, place, (given: Given, at) => {
        const text = textOf(body(given), at);
        const read = parseEnvelope(text);
        expect(JSON.stringify(read)).toBe(text);
        expect(JSON.stringify(read.data)).toBe(JSON.stringify(given.data));
        expect(read).toMatchObject({
          id: given.id,
          subject: 'call-x',
          sequence: String(at.sequence),
          shard: at.shard,
          position: String(at.position),
        });
        expect(read.previd).toBe(at.previd);
        expect(recorded(at, 'call-x', given.id, text)).toMatchObject({
          source: '/privity/routing',
          type: given.type,
          text,
        });
      }),
    );
  });

  it('is the same content again at any place, and at any time that the store chose; never with anything else changed', () => {
    fc.assert(
      fc.property(event, event, place, (given: Given, other: Given, at) => {
        const stored = textOf(body(given), at);
        const later = { ...given, time: other.time };
        const sent = (of: Given, timeGiven: boolean) => ({ id: of.id, type: of.type, body: body(of), timeGiven });
        expect(sameContent(sent(given, true), stored)).toBe(true);
        expect(sameContent(sent(later, false), stored)).toBe(true);
        expect(sameContent(sent(later, true), stored)).toBe(later.time === given.time);
        for (const changed of [
          { ...given, data: other.data },
          { ...given, type: other.type },
          { ...given, correlationid: other.correlationid },
        ]) {
          expect(sameContent(sent(changed, false), stored)).toBe(body(changed) === body(given));
        }
      }),
    );
  });

  it('is refused when it does not begin as this store writes', () => {
    const at = { shard: 0, position: 1, sequence: 1 };
    expect(() => recorded(at, 'call-x', 'id', '{"id":"x"}')).toThrow('0/1');
  });
});
