import { type BlindIndex, type BlindIndexer, seal } from '@privity/kernel';
import { type CallerListed, callerStream, chooseCaller, samePersonText } from '@privity/routing';
import type { SubjectKeys } from '@privity/service';
import type { Pool } from 'pg';
import type { Directory } from '../read-models/directory.js';
import { isoDate } from './dates.js';
import type { DirectoryImporter, Flushed, Rejection } from './directory-importer.js';
import type { DirectoryWriter } from './directory-writer.js';

const COLUMNS = ['DOC_NUM', 'LAST', 'FIRST', 'DOB', 'SITE', 'STATUS'] as const;
type Column = (typeof COLUMNS)[number];

const STATUSES: Readonly<Record<string, CallerListed['data']['status']>> = {
  IN: 'in',
  'OUT-COURT': 'out-court',
  RELEASED: 'released',
};

interface Line {
  readonly caller: BlindIndex;
  readonly facility: string;
  readonly status: CallerListed['data']['status'];
  /** JSON of `{number, last, first, born}`: sealed before it goes anywhere. */
  readonly person: string;
  /** What another booking of the same person has, too. */
  readonly match: BlindIndex | undefined;
}

export class RosterImporter implements DirectoryImporter<Column> {
  readonly columns = COLUMNS;
  private gathered: Line[] = [];

  constructor(
    private readonly directory: Directory,
    private readonly writer: DirectoryWriter,
    private readonly callers: BlindIndexer,
    private readonly persons: BlindIndexer,
    private readonly subjects: SubjectKeys,
    private readonly pool: Pool,
  ) {}

  take(values: Readonly<Record<Column, string>>): Rejection | undefined {
    const number = values.DOC_NUM.trim();
    const facility = values.SITE.trim();
    const status = STATUSES[values.STATUS.trim().toUpperCase()];
    const born = isoDate(values.DOB);
    if (number === '') return { field: 'DOC_NUM', reason: 'empty' };
    if (facility === '') return { field: 'SITE', reason: 'empty' };
    if (status === undefined) return { field: 'STATUS', reason: 'not-a-status' };
    if (born === undefined && values.DOB.trim() !== '') return { field: 'DOB', reason: 'not-a-date' };
    const caller = chooseCaller(this.callers.candidates(number), this.directory.view.now());
    if (caller === undefined) return { field: 'DOC_NUM', reason: 'no-key' };
    const [last, first] = [values.LAST.trim(), values.FIRST.trim()];
    const person = JSON.stringify({ number, last, first, born: born ?? '' });
    const same = samePersonText(last, first, born ?? '');
    const match = same === undefined ? undefined : this.persons.index(same);
    this.gathered.push({ caller, facility, status, person, match });
    return undefined;
  }

  async flush(): Promise<Flushed> {
    const lines = this.gathered.length;
    const latest = new Map(this.gathered.map((line) => [line.caller, line]));
    this.gathered = [];
    const changed = await this.changed([...latest.values()]);
    const keys = await this.subjects.keysFor(changed.map(({ caller }) => caller));
    const events = new Map<string, CallerListed[]>();
    for (const { caller, facility, status, person, match } of changed) {
      const key = keys.get(caller);
      if (key === undefined) throw new Error('a subject without a key');
      const stream = callerStream(caller);
      const sealed = seal(person, key, `${stream}:person`);
      const data = { caller, person: sealed, ...(match === undefined ? {} : { match }), facility, status };
      events.set(stream, [{ type: 'routing.CallerListed', data }]);
    }
    await this.writer.write(events);
    await this.remember(changed);
    return { added: changed.length, unchanged: lines - changed.length };
  }

  /** Lines that differ from the view, or whose person differs from what was sealed last. */
  private async changed(lines: readonly Line[]): Promise<Line[]> {
    const { rows } = await this.pool.query<{ caller: string; digest: string }>(
      'select caller, digest from roster_person where caller = any($1)',
      [lines.map(({ caller }) => caller)],
    );
    const digests = new Map(rows.map(({ caller, digest }) => [caller, digest]));
    const now = this.directory.view.now();
    return lines.filter(({ caller, facility, status, ...who }) => {
      const known = now.caller(caller);
      const same = known?.facility === facility && known.status === status;
      return !same || digests.get(caller) !== this.digestOf(who);
    });
  }

  /** With the match: whoever was listed before there were any, or under an older key, is listed once more. */
  private digestOf({ person, match }: Pick<Line, 'person' | 'match'>): string {
    return this.callers.index(`${person}\n${match ?? ''}`);
  }

  private async remember(lines: readonly Line[]): Promise<void> {
    await this.pool.query(
      `insert into roster_person (caller, digest) select * from unnest($1::text[], $2::text[])
       on conflict (caller) do update set digest = excluded.digest`,
      [lines.map(({ caller }) => caller), lines.map((line) => this.digestOf(line))],
    );
  }
}
