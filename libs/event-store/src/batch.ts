import { parseEnvelope, recorded, sameContent, textOf } from './envelope.js';
import { ConcurrencyConflict, DuplicateEvent } from './errors.js';
import type { Appended, ExpectedVersion, RecordedEvent, ShardHead } from './event.js';
import type { PreparedAppend } from './validation.js';

/** A row of the SQL function `append`: the answer to one append. */
export interface AppendRow {
  readonly ord: number;
  readonly written: boolean;
  readonly version: number;
  readonly first_position: string | null;
  readonly first_previd: string | null;
  /** Per event, where an id of the append was there already; null for those that were not. */
  readonly known_texts: readonly (string | null)[] | null;
}

/** The arguments of the SQL function `append`, in its order. `known`: the newest event this process knows, by shard. */
export function batchArguments(
  identity: string,
  known: ReadonlyMap<number, ShardHead>,
  batch: readonly PreparedAppend[],
): unknown[] {
  const touched = [...new Set(batch.map((append) => append.shard))];
  const heads = touched.map((shard) => known.get(shard)).filter((head) => head?.id !== undefined);
  const rows = batch.flatMap((append, n) => append.events.map((event) => ({ owner: n + 1, append, event })));
  return [
    identity,
    heads.map((head) => head?.shard),
    heads.map((head) => head?.position),
    heads.map((head) => head?.id),
    rows.map(({ owner }) => owner),
    rows.map(({ append }) => append.shard),
    rows.map(({ append }) => append.stream),
    rows.map(({ append }) => expectedNumber(append.expected)),
    rows.map(({ event }) => event.id),
    rows.map(({ event }) => event.body),
  ];
}

function expectedNumber(expected: ExpectedVersion): number {
  if (expected === 'any') return -1;
  return expected === 'no stream' ? 0 : expected;
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
