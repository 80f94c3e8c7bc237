import type { BlindIndex, BlindIndexer } from '@privity/kernel';
import { type CallerMoved, callerStream, chooseCaller } from '@privity/routing';
import type { Directory } from '../read-models/directory.js';
import { isoDate } from './dates.js';
import type { DirectoryImporter, Flushed, Rejection } from './directory-importer.js';
import type { DirectoryWriter } from './directory-writer.js';

const COLUMNS = ['DOC_NUM', 'FROM_SITE', 'TO_SITE', 'MOVE_DT'] as const;
type Column = (typeof COLUMNS)[number];

export class MovementsImporter implements DirectoryImporter<Column> {
  readonly columns = COLUMNS;
  private gathered: CallerMoved['data'][] = [];

  constructor(
    private readonly directory: Directory,
    private readonly writer: DirectoryWriter,
    private readonly callers: BlindIndexer,
  ) {}

  take(values: Readonly<Record<Column, string>>): Rejection | undefined {
    const number = values.DOC_NUM.trim();
    const from = values.FROM_SITE.trim();
    const to = values.TO_SITE.trim();
    const on = isoDate(values.MOVE_DT);
    if (number === '') return { field: 'DOC_NUM', reason: 'empty' };
    if (from === '') return { field: 'FROM_SITE', reason: 'empty' };
    if (to === '') return { field: 'TO_SITE', reason: 'empty' };
    if (from === to) return { field: 'TO_SITE', reason: 'same-facility' };
    if (on === undefined) return { field: 'MOVE_DT', reason: 'not-a-date' };
    const now = this.directory.view.now();
    const caller = chooseCaller(this.callers.candidates(number), now);
    // Presence begins with the roster: it is imported first.
    if (caller === undefined || now.caller(caller) === undefined) return { field: 'DOC_NUM', reason: 'not-on-roster' };
    this.gathered.push({ caller, from, to, on });
    return undefined;
  }

  async flush(): Promise<Flushed> {
    const now = this.directory.view.now();
    const lines = this.gathered.length;
    const events = new Map<string, CallerMoved[]>();
    const seen = new Set<string>();
    let added = 0;
    for (const data of this.gathered) {
      const { caller, from, to, on } = data;
      const key = JSON.stringify([caller, from, to, on]);
      if (seen.has(key) || this.isKnown(now.caller(caller)?.moves ?? [], data)) continue;
      seen.add(key);
      added += 1;
      append(events, caller, { type: 'routing.CallerMoved', data });
    }
    this.gathered = [];
    await this.writer.write(events);
    return { added, unchanged: lines - added };
  }

  private isKnown(
    moves: readonly Omit<CallerMoved['data'], 'caller'>[],
    { from, to, on }: CallerMoved['data'],
  ): boolean {
    return moves.some((move) => move.from === from && move.to === to && move.on === on);
  }
}

function append(events: Map<string, CallerMoved[]>, caller: BlindIndex, event: CallerMoved): void {
  const stream = callerStream(caller);
  const list = events.get(stream);
  if (list === undefined) events.set(stream, [event]);
  else list.push(event);
}
