import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLoggedEvent } from './logged-event.js';

const place = ',"sequence":"3","shard":11,"position":"9007199254740991"';
const written = (data: unknown, more: object = {}) =>
  JSON.stringify({
    specversion: '1.0',
    id: '01930000-0000-7000-8000-000000000000',
    source: '/privity/routing',
    type: 'routing.CallDecided',
    subject: 'call-x',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:privity:routing.CallDecided:1',
    ...more,
    data,
  }).slice(0, -1);

describe("an event's text", () => {
  it('is taken apart as a parser would, whatever stands in the data and whoever acts', () => {
    const actor = fc.option(fc.string({ unit: 'binary', minLength: 1 }), { nil: undefined });
    const previd = fc.constantFrom('', ',"previd":"01930000-0000-7000-8000-000000000001"');
    const tricky = fc.constantFrom(
      '"data":',
      ',"sequence":"1"',
      '\\"',
      '}',
      '"},"sequence":"1","shard":1,"position":"1"}',
    );
    const data = fc.dictionary(fc.oneof(fc.string(), tricky), fc.oneof(fc.jsonValue(), tricky));
    fc.assert(
      fc.property(data, actor, actor, previd, (some, actor, correlationid, behind) => {
        const text = `${written(some, { actor, correlationid })}${place}${behind}}`;
        const { data, ...attributes } = readLoggedEvent(text);
        const parsed = JSON.parse(text) as Record<string, unknown>;
        expect(parsed).toMatchObject(attributes);
        expect(data).toBe(JSON.stringify(parsed['data']));
      }),
    );
  });

  it.each([
    ['a shorter one', '{}'],
    ['none at all', 'events'],
    ['one without a place', `${written({})}}`],
    ['one with something behind its place', `${written({})}${place},"more":1}`],
    ['one in another order', `${written({}, { data: {}, actor: 'x' })}${place}}`.replace('"specversion":"1.0",', '')],
    ['one with a space', `${written({})}${place}}`.replace('{"spec', '{ "spec')],
  ])('is refused where it is %s', (_, text) => {
    expect(() => readLoggedEvent(text)).toThrow(expect.objectContaining({ code: 'foreign-event' }));
  });
});
