import { isInstant, shardOf, uuidv7 } from '@privity/kernel';
import { bodyOf, PLACE_BYTES } from './envelope.js';
import type { EventBody } from './envelope.js';
import { InvalidEvent } from './errors.js';
import type { ExpectedVersion, NewEvent } from './event.js';
import { isStorableText, requireJson } from './json-shape.js';

/** A log entry has a 16-bit length (architecture, section 5), and its neighbours in a tile need room. */
export const MAX_EVENT_BYTES = 60 * 1024;
export const MAX_EVENTS = 1_000;

const SOURCE = /^\/privity\/[a-z][a-z0-9-]*$/;
const STREAM = /^[a-z][a-z0-9]*(?:-[A-Za-z0-9._~-]+)?$/;
const MAX_STREAM = 200;
const TYPE = /^[a-z][a-z0-9-]{0,63}\.[A-Z][A-Za-z0-9]{0,99}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_ATTRIBUTE = 256;
const KNOWN = new Set(['id', 'type', 'data', 'version', 'time', 'actor', 'causationid', 'correlationid']);

/** One append that may be queued: everything that could make the database refuse it has been checked. */
export interface PreparedAppend {
  readonly stream: string;
  readonly shard: number;
  readonly expected: ExpectedVersion;
  readonly events: readonly EventBody[];
  /** UTF-8 bytes of all bodies. */
  readonly bytes: number;
}

export function requireSource(source: string): string {
  if (!SOURCE.test(source)) throw new InvalidEvent('source', 'must read /privity/<service>');
  return source;
}

/** Checks and serialises one append. Throws InvalidEvent naming the field. `now` stands in where an event has no time. */
export function prepare(
  source: string,
  stream: string,
  expected: ExpectedVersion,
  events: readonly NewEvent[],
  now: string,
): PreparedAppend {
  if (typeof stream !== 'string' || stream.length > MAX_STREAM || !STREAM.test(stream)) {
    throw new InvalidEvent('stream', `must read <kind> or <kind>-<id>, at most ${MAX_STREAM} of A-Z a-z 0-9 . _ ~ -`);
  }
  if (expected !== 'any' && expected !== 'no stream' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new InvalidEvent('expected', "must be 'any', 'no stream' or a version from 0");
  }
  if (!Array.isArray(events) || events.length === 0 || events.length > MAX_EVENTS) {
    throw new InvalidEvent('events', `must hold 1 to ${MAX_EVENTS} events`);
  }
  const prepared: EventBody[] = [];
  const ids = new Set<string>();
  let bytes = 0;
  for (const [n, event] of events.entries()) {
    const field = `events[${n}]`;
    requireAttributes(event, field);
    const ready = prepareEvent(source, stream, event, now);
    const size = Buffer.byteLength(ready.body);
    if (size + PLACE_BYTES > MAX_EVENT_BYTES) {
      throw new InvalidEvent(`${field}.data`, `makes an event of more than ${MAX_EVENT_BYTES} bytes`);
    }
    if (ids.has(ready.id)) throw new InvalidEvent(`${field}.id`, 'stands twice in this append');
    ids.add(ready.id);
    prepared.push(ready);
    bytes += size;
  }
  return { stream, shard: shardOf(stream), expected, events: prepared, bytes };
}

function prepareEvent(source: string, stream: string, event: NewEvent, now: string): EventBody {
  const id = event.id ?? uuidv7();
  const body = bodyOf(source, stream, { ...event, id, time: event.time ?? now });
  return { id, type: event.type, body, timeGiven: event.time !== undefined };
}

function requireAttributes(event: NewEvent, field: string): void {
  if (typeof event !== 'object' || event === null) throw new InvalidEvent(field, 'is not an event');
  for (const name of Object.keys(event)) {
    // also keeps out the names that only the store may give: sequence, shard, position, previd
    if (!KNOWN.has(name)) throw new InvalidEvent(`${field}.${name}`, 'is not an attribute that a caller gives');
  }
  const { id, type, data, version, time } = event;
  if (id !== undefined && !matches(UUID, id)) throw new InvalidEvent(`${field}.id`, 'is not a lower-case UUID');
  if (!matches(TYPE, type)) throw new InvalidEvent(`${field}.type`, 'must read <context>.<PastTense>');
  if (version !== undefined && !(Number.isInteger(version) && version >= 1 && version < 10_000)) {
    throw new InvalidEvent(`${field}.version`, 'must be a whole number from 1');
  }
  if (time !== undefined && !(typeof time === 'string' && isInstant(time))) {
    throw new InvalidEvent(`${field}.time`, 'must be RFC 3339 in UTC with milliseconds');
  }
  for (const name of ['actor', 'causationid', 'correlationid'] as const) requireName(event[name], `${field}.${name}`);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new InvalidEvent(`${field}.data`, 'must be an object');
  }
  requireJson(data, `${field}.data`);
}

function requireName(value: unknown, field: string): void {
  if (value === undefined) return;
  if (typeof value !== 'string' || value === '' || value.length > MAX_ATTRIBUTE || !isStorableText(value)) {
    throw new InvalidEvent(field, `must be a text of 1 to ${MAX_ATTRIBUTE} characters`);
  }
}

function matches(form: RegExp, value: unknown): boolean {
  return typeof value === 'string' && form.test(value);
}
