import { describe, expect, it } from '@jest/globals';
import { shardOf } from '@privity/kernel';
import { PLACE_BYTES, textOf } from './envelope.js';
import type { ExpectedVersion, NewEvent } from './event.js';
import { MAX_EVENT_BYTES, prepare, requireSource } from './validation.js';

const NOW = '2025-11-02T08:30:00.000Z';
const ID = '0191d2a0-0000-7000-8000-000000000001';
const good: NewEvent = { type: 'routing.CallDecided', data: {} };
const prepared = (stream: string, expected: unknown, events: unknown) =>
  prepare('/privity/routing', stream, expected as ExpectedVersion, events as NewEvent[], NOW);

describe('an append before it is queued', () => {
  it('is serialised once, in the order of the envelope, with its shard', () => {
    const append = prepared('call-x', 'any', [{ ...good, id: ID, actor: 'a', correlationid: 'c', version: 2 }]);
    expect(append.shard).toBe(shardOf('call-x'));
    expect(append.events[0]?.body).toBe(
      `{"specversion":"1.0","id":"${ID}","source":"/privity/routing","type":"routing.CallDecided","subject":"call-x",` +
        `"time":"${NOW}","datacontenttype":"application/json","dataschema":"urn:privity:routing.CallDecided:2",` +
        `"actor":"a","correlationid":"c","data":{}`,
    );
  });

  it.each([
    ['stream', 'Call-x', 'any', [good]],
    ['stream', 'call x', 'any', [good]],
    ['stream', '', 'any', [good]],
    ['stream', 'call-', 'any', [good]],
    ['stream', 'call-"', 'any', [good]],
    ['stream', `call-${'x'.repeat(200)}`, 'any', [good]],
    ['expected', 'call-x', -1, [good]],
    ['expected', 'call-x', 1.5, [good]],
    ['expected', 'call-x', 'exact', [good]],
    ['expected', 'call-x', undefined, [good]],
    ['events', 'call-x', 'any', []],
    ['events', 'call-x', 'any', undefined],
    ['events', 'call-x', 'any', Array.from({ length: 1_001 }, () => good)],
    ['events[0]', 'call-x', 'any', [null]],
    ['events[1].id', 'call-x', 'any', [good, { ...good, id: 'x' }]],
    ['events[0].id', 'call-x', 'any', [{ ...good, id: ID.toUpperCase() }]],
    [
      'events[1].id',
      'call-x',
      'any',
      [
        { ...good, id: ID },
        { ...good, id: ID },
      ],
    ],
    ['events[0].type', 'call-x', 'any', [{ ...good, type: 'CallDecided' }]],
    ['events[0].type', 'call-x', 'any', [{ ...good, type: 'routing.call"' }]],
    ['events[0].version', 'call-x', 'any', [{ ...good, version: 0 }]],
    ['events[0].time', 'call-x', 'any', [{ ...good, time: '2025-11-02' }]],
    ['events[0].time', 'call-x', 'any', [{ ...good, time: '2025-02-30T00:00:00.000Z' }]],
    ['events[0].actor', 'call-x', 'any', [{ ...good, actor: '' }]],
    ['events[0].causationid', 'call-x', 'any', [{ ...good, causationid: 'x\0' }]],
    ['events[0].correlationid', 'call-x', 'any', [{ ...good, correlationid: '\ud800' }]],
    ['events[0].data', 'call-x', 'any', [{ type: good.type }]],
    ['events[0].data', 'call-x', 'any', [{ ...good, data: [] }]],
    ['events[0].data', 'call-x', 'any', [{ ...good, data: 'text' }]],
    ...['sequence', 'shard', 'position', 'previd', 'source', 'subject', 'specversion'].map(
      (name) => [`events[0].${name}`, 'call-x', 'any', [{ ...good, [name]: '1' }]] as const,
    ),
  ])('is refused naming %s', (field, stream, expected, events) => {
    expect(() => prepared(stream, expected, events)).toThrow(
      expect.objectContaining({ code: 'invalid-event', status: 422, field }),
    );
  });

  it('may make an event of 60 KiB as stored, in bytes and not in characters, and no more', () => {
    const sized = (characters: number) => prepared('call-x', 'any', [{ ...good, data: { x: 'é'.repeat(characters) } }]);
    const empty = Buffer.byteLength(sized(0).events[0]?.body ?? '');
    const room = Math.floor((MAX_EVENT_BYTES - PLACE_BYTES - empty) / 2);
    const place = { shard: 11, position: Number.MAX_SAFE_INTEGER, sequence: 2 ** 31 - 1, previd: ID };
    expect(Buffer.byteLength(textOf(sized(room).events[0]?.body ?? '', place))).toBeLessThanOrEqual(MAX_EVENT_BYTES);
    expect(() => sized(room + 1)).toThrow(expect.objectContaining({ field: 'events[0].data' }));
  });

  it('needs a source of the form /privity/<service>', () => {
    expect(requireSource('/privity/routing')).toBe('/privity/routing');
    expect(() => requireSource('routing')).toThrow(expect.objectContaining({ field: 'source' }));
  });
});
