import { int4List, int8List, textList, uuidList } from './binary-lists.js';
import { parseEnvelope, recorded, sameContent, textOf } from './envelope.js';
import { ConcurrencyConflict, DuplicateEvent } from './errors.js';
import type { Appended, ExpectedVersion, RecordedEvent, ShardHead } from './event.js';
import type { PreparedAppend } from './validation.js';

/** The answer to one append. */
export interface AppendRow {
  readonly ord: number;
  readonly written: boolean;
  readonly version: number;
  readonly first_position: string | null;
  readonly first_previd: string | null;
  /** Per event, where an id of the append was there already; null for those that were not. */
  readonly known_texts: readonly (string | null)[] | null;
}

/** What the SQL function `append` answers: lists as PostgreSQL writes them, an element an event. */
export interface BatchRow {
  readonly placed: string;
  readonly sequenced: string;
  readonly preceded: string;
  readonly known: readonly (string | null)[] | null;
}

/** The arguments of the SQL function `append`, in its order. `known`: the newest event this process knows, by shard. */
export function batchArguments(
  identity: string,
  known: ReadonlyMap<number, ShardHead>,
  batch: readonly PreparedAppend[],
): unknown[] {
  const owners: number[] = [];
  const shards: number[] = [];
  const expected: number[] = [];
  const streams: string[] = [];
  const ids: string[] = [];
  const bodies: string[] = [];
  const heads = new Map<number, ShardHead>();
  let [streamBytes, bodyBytes] = [0, 0];
  for (const [n, append] of batch.entries()) {
    if (!heads.has(append.shard))
      heads.set(append.shard, known.get(append.shard) ?? { shard: append.shard, position: 0 });
    for (const event of append.events) {
      owners.push(n + 1);
      shards.push(append.shard);
      expected.push(expectedNumber(append.expected));
      streams.push(append.stream);
      ids.push(event.id);
      bodies.push(event.body);
      // the form of stream ids allows ASCII only
      streamBytes += append.stream.length;
    }
    bodyBytes += append.bytes;
  }
  const newest = [...heads.values()];
  return [
    identity,
    int4List(newest.map((head) => head.shard)),
    int8List(newest.map((head) => head.position)),
    uuidList(newest.map((head) => head.id)),
    int4List(owners),
    int4List(shards),
    int8List(expected),
    textList(streams, streamBytes),
    uuidList(ids),
    textList(bodies, bodyBytes),
  ];
}

function expectedNumber(expected: ExpectedVersion): number {
  if (expected === 'any') return -1;
  return expected === 'no stream' ? 0 : expected;
}

/** The answers, an append each, in the order of the batch. */
export function rowsOf(batch: readonly PreparedAppend[], row: BatchRow): AppendRow[] {
  const positions = elements(row.placed);
  const versions = elements(row.sequenced);
  const previds = elements(row.preceded);
  let first = 0;
  return batch.map(({ events: { length } }, n) => {
    const last = first + length - 1;
    const position = positions[first];
    const known = row.known?.slice(first, first + length);
    const answer = {
      ord: n + 1,
      written: position !== undefined && position !== 'NULL',
      version: Number(versions[last]),
      first_position: position ?? null,
      first_previd: previds[first] === 'NULL' ? null : (previds[first] ?? null),
      known_texts: known?.some((text) => text !== null) ? known : null,
    };
    first += length;
    return answer;
  });
}

/** Of a list whose elements need no quotes. */
function elements(list: string): string[] {
  return list.slice(1, -1).split(',');
}

/** What one append came to. Throws ConcurrencyConflict or DuplicateEvent. */
export function answerOf(source: string, append: PreparedAppend, row: AppendRow): Appended {
  if (row.written) return { events: placed(source, append, row), version: row.version, repeated: false };
  if (row.known_texts) return repeated(append, row);
  throw new ConcurrencyConflict(append.stream, append.expected, row.version);
}

/** The newest events that the answers tell of, by shard. */
export function headsOf(answers: readonly Appended[]): ShardHead[] {
  return answers.flatMap((answer) =>
    answer.events.slice(-1).map(({ shard, position, id }) => ({ shard, position, id })),
  );
}

function placed(source: string, append: PreparedAppend, row: AppendRow): RecordedEvent[] {
  const { shard, stream, events } = append;
  const position = Number(row.first_position);
  const sequence = row.version - events.length + 1;
  let previd = row.first_previd ?? undefined;
  return events.map(({ id, type, body }, k) => {
    const place = { shard, position: position + k, sequence: sequence + k };
    const text = textOf(body, { ...place, previd });
    previd = id;
    return { source, stream, ...place, id, type, text };
  });
}

function repeated(append: PreparedAppend, row: AppendRow): Appended {
  const events = append.events.map((sent, k) => {
    const text = row.known_texts?.[k];
    if (text == null) throw new DuplicateEvent(firstKnown(append, row));
    if (!sameContent(sent, text)) throw new DuplicateEvent(sent.id);
    const { position, sequence } = parseEnvelope(text);
    const place = { shard: append.shard, position: Number(position), sequence: Number(sequence) };
    return recorded(place, append.stream, sent.id, text);
  });
  return { events, version: events[events.length - 1]?.sequence ?? 0, repeated: true };
}

function firstKnown(append: PreparedAppend, row: AppendRow): string {
  return append.events.find((_, k) => row.known_texts?.[k] != null)?.id ?? '';
}
