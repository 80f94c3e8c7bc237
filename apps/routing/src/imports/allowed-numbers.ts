import { type BlindIndex, type BlindIndexer, parseNumber } from '@privity/kernel';
import { type AllowedNumber, callerStream, chooseCaller, isLegalRelation, type NumbersAllowed } from '@privity/routing';
import type { Directory } from '../read-models/directory.js';
import type { DirectoryImporter, Flushed, Rejection } from './directory-importer.js';
import type { DirectoryWriter } from './directory-writer.js';

const COLUMNS = ['DOC_NUM', 'PHONE', 'RELATION', 'STATUS'] as const;
type Column = (typeof COLUMNS)[number];

const STATUSES: Readonly<Record<string, AllowedNumber['status']>> = {
  APPROVED: 'approved',
  PENDING: 'pending',
  DENIED: 'denied',
};
/** Keeps an event far below the 60 KiB of a log entry. */
const NUMBERS_IN_ONE_EVENT = 200;

export class AllowedNumbersImporter implements DirectoryImporter<Column> {
  readonly columns = COLUMNS;
  private lines = 0;
  /** Caller -> number and relation -> entry. */
  private gathered = new Map<BlindIndex, Map<string, AllowedNumber>>();

  constructor(
    private readonly directory: Directory,
    private readonly writer: DirectoryWriter,
    private readonly callers: BlindIndexer,
    private readonly numbers: BlindIndexer,
  ) {}

  take(values: Readonly<Record<Column, string>>): Rejection | undefined {
    const number = values.DOC_NUM.trim();
    const parsed = parseNumber(values.PHONE);
    const known = STATUSES[values.STATUS.trim().toUpperCase()];
    const relation = values.RELATION.trim().toUpperCase();
    // A word nobody knows allows no call, but a lawyer's number it must not leave recordable (P2): that part counts.
    const status = known ?? (isLegalRelation(relation) ? 'pending' : undefined);
    const unknown = { field: 'STATUS', reason: 'not-a-status' };
    if (number === '') return { field: 'DOC_NUM', reason: 'empty' };
    if (!parsed.ok) return { field: 'PHONE', reason: parsed.reason };
    if (status === undefined) return unknown;
    const now = this.directory.view.now();
    const caller = chooseCaller(this.callers.candidates(number), now);
    if (caller === undefined) return { field: 'DOC_NUM', reason: 'no-key' };
    const candidates = this.numbers.candidates(parsed.number);
    const index = candidates.find((listed) => now.listings(caller, listed).length > 0) ?? candidates[0];
    if (index === undefined) return { field: 'PHONE', reason: 'no-key' };
    this.lines += 1;
    let list = this.gathered.get(caller);
    if (list === undefined) this.gathered.set(caller, (list = new Map()));
    const key = `${index} ${relation}`;
    // A file that says both of one entry approves it: the other line asks for what this one grants.
    if (list.get(key)?.status !== 'approved') list.set(key, { index, relation, status });
    return known === undefined ? unknown : undefined;
  }

  async flush(): Promise<Flushed> {
    const now = this.directory.view.now();
    const events = new Map<string, NumbersAllowed[]>();
    let added = 0;
    for (const [caller, list] of this.gathered) {
      const changed = [...list.values()].filter(({ index, relation, status }) => {
        return !now.listings(caller, index).some((known) => known.relation === relation && known.status === status);
      });
      added += changed.length;
      if (changed.length > 0) events.set(callerStream(caller), inEvents(caller, changed));
    }
    const { lines } = this;
    this.lines = 0;
    this.gathered = new Map();
    await this.writer.write(events);
    return { added, unchanged: lines - added };
  }
}

function inEvents(caller: BlindIndex, numbers: readonly AllowedNumber[]): NumbersAllowed[] {
  const events: NumbersAllowed[] = [];
  for (let from = 0; from < numbers.length; from += NUMBERS_IN_ONE_EVENT) {
    const some = numbers.slice(from, from + NUMBERS_IN_ONE_EVENT);
    events.push({ type: 'routing.NumbersAllowed', data: { caller, numbers: some } });
  }
  return events;
}
