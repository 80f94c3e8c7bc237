import type { EventEnvelope, NewEvent, RecordedEvent } from './event.js';

/** A validated event on its way in: the text without its last brace, to which the SQL function appends four attributes. */
export interface EventBody {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  /** Whether the caller gave the time, or the store's clock did. */
  readonly timeGiven: boolean;
}

/** What the store assigns to an event. */
export interface Place {
  readonly shard: number;
  readonly position: number;
  readonly sequence: number;
  readonly previd: string | undefined;
}

const HEAD = /^\{"specversion":"1\.0","id":"([^"\\]+)","source":"([^"\\]+)","type":"([^"\\]+)"/;

/** The text up to the store's own attributes, in the order of architecture, section 4. `event` has its id and time. */
export function bodyOf(
  source: string,
  stream: string,
  event: NewEvent & { readonly id: string; readonly time: string },
): string {
  const text = JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    subject: stream,
    time: event.time,
    datacontenttype: 'application/json',
    dataschema: `urn:privity:${event.type}:${event.version ?? 1}`,
    actor: event.actor,
    causationid: event.causationid,
    correlationid: event.correlationid,
    data: event.data,
  });
  return text.slice(0, -1);
}

/** The text as the SQL function `append` writes it; the contract suite compares the two. */
export function textOf(body: string, { sequence, shard, position, previd }: Place): string {
  const predecessor = previd === undefined ? '' : `,"previd":"${previd}"`;
  return `${body},"sequence":"${sequence}","shard":${shard},"position":"${position}"${predecessor}}`;
}

/**
 * Whether a stored text is what this append would have written: all that the caller gave, byte for byte. A time that the
 * store chose is not the caller's, so a reactor that crashed and derives the same event later repeats it (architecture,
 * section 5, reactors).
 */
export function sameContent(sent: EventBody, stored: string): boolean {
  const { time, sequence, shard, position, previd } = parseEnvelope(stored);
  const body = sent.timeGiven ? sent.body : atTime(sent.body, time);
  return textOf(body, { sequence: Number(sequence), shard, position: Number(position), previd }) === stored;
}

/** No attribute before the time can hold a quote, so the first match is the attribute itself. */
function atTime(body: string, time: string): string {
  return body.replace(/,"time":"[^"]*"/, `,"time":"${time}"`);
}

/** Bytes that the store's own attributes take at most: they count towards the size of a log entry. */
export const PLACE_BYTES = Buffer.byteLength(
  textOf('', {
    shard: 99,
    position: Number.MAX_SAFE_INTEGER,
    sequence: 2 ** 31,
    previd: '00000000-0000-0000-0000-000000000000',
  }),
);

export function parseEnvelope<D = unknown>(text: string): EventEnvelope<D> {
  return JSON.parse(text) as EventEnvelope<D>;
}

/** Reads source and type off the front of a stored text, whose order of attributes is fixed, without parsing the rest. */
export function recorded(place: Omit<Place, 'previd'>, stream: string, id: string, text: string): RecordedEvent {
  const [, , source, type] = HEAD.exec(text) ?? [];
  if (source === undefined || type === undefined) {
    throw new Error(`the event at ${place.shard}/${place.position} does not begin as this store writes events`);
  }
  return { source, stream, shard: place.shard, position: place.position, sequence: place.sequence, id, type, text };
}
