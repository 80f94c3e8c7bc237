import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EventStore } from '@privity/event-store';
import { derivedId, PrivityError } from '@privity/kernel';
import { importStream, listImport } from '@privity/registry';
import {
  CsvError,
  handleCommand,
  JsonLog,
  Membership,
  saveFailure,
  Spool,
  Stopping,
  toProblem,
} from '@privity/service';
import type { ReceivedImport } from '@privity/service';
import { Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { ImportReport } from '../read-models/import-report.entity.js';
import type { ImportKind } from '../read-models/import-report.entity.js';
import { applyList, checkList, hasColumnsOf } from './apply-list.js';
import { BarRollReader } from './bar-roll.reader.js';
import { DoNotRecordReader } from './do-not-record.reader.js';
import type { RowReader } from './row-reader.js';
import { Tally } from './tally.js';

/** The process was stopped, or ended, while it read the file. What was applied stands; the same file again goes on from there. */
class ImportInterrupted extends PrivityError {
  constructor() {
    super('import-interrupted', 503, 'The import was interrupted. Send the same file again: it goes on from there.');
  }
}

/** Imports of lists, one at a time in each replica. The same file is the same import; sent again after a failure it is resumed. */
@Injectable()
export class Imports implements OnModuleInit, BeforeApplicationShutdown {
  private readonly readers: Readonly<Record<ImportKind, RowReader>>;
  private last: Promise<void> = Promise.resolve();
  private stopLooking: () => void = () => undefined;

  constructor(
    @InjectRepository(ImportReport) private readonly reports: Repository<ImportReport>,
    private readonly store: EventStore,
    private readonly log: JsonLog,
    private readonly spool: Spool,
    private readonly stopping: Stopping,
    private readonly membership: Membership,
    barRoll: BarRollReader,
    doNotRecord: DoNotRecordReader,
  ) {
    this.readers = { 'bar-roll': barRoll, 'do-not-record': doNotRecord };
  }

  async onModuleInit(): Promise<void> {
    await this.membership.join();
    this.stopLooking = this.membership.endWhatDeadOnesLeft((alive) => this.endInterrupted(alive));
  }

  /** Whatever a replica was reading when it died is not being read any more. */
  private async endInterrupted(alive: ReadonlySet<string>): Promise<void> {
    await this.spool.removeLeft(alive);
    await this.reports.query(
      `update import_report set state = 'failed', problem = $1
       where state = 'reading' and (holder is null or holder <> all($2::uuid[]))`,
      [JSON.stringify(toProblem(new ImportInterrupted())), [...alive]],
    );
  }

  find(importId: string): Promise<ImportReport | null> {
    return this.reports.findOneBy({ importId });
  }

  /** Takes a file over, and removes it when it is done with it. Answers at once with the import's id. */
  async begin(file: ReceivedImport<ImportKind>, actor: string): Promise<string> {
    const importId = derivedId(file.digest, `registry-import:${file.kind}`, 0);
    let claimed = false;
    try {
      claimed = await this.claim(importId, file, actor);
    } finally {
      // Also where the database is away: a file that nobody will read must not stay.
      if (!claimed) await file.discard();
    }
    if (!claimed) return importId;
    this.last = this.last.then(() => this.run(importId, file, actor));
    return importId;
  }

  /** What is being read stops after its batch; the database is closed only after that. */
  beforeApplicationShutdown(): Promise<void> {
    this.stopLooking();
    return this.last;
  }

  /** One statement, so that of two requests with the same file one reads it. */
  private async claim(importId: string, file: ReceivedImport<ImportKind>, actor: string): Promise<boolean> {
    const claimed: unknown[] = await this.reports.query(
      `insert into import_report (import_id, kind, digest, state, actor, holder) values ($1, $2, $3, 'reading', $4, $5)
       on conflict (import_id) do update
         set state = 'reading', problem = null, actor = excluded.actor, holder = excluded.holder
       where import_report.state = 'failed' returning import_id`,
      [importId, file.kind, file.digest, actor, this.membership.id],
    );
    return claimed.length > 0;
  }

  private async run(importId: string, file: ReceivedImport<ImportKind>, actor: string): Promise<void> {
    try {
      const reader = this.readers[file.kind];
      const encoding = await checkList(file.path, reader).catch((error: unknown) => this.asWrongKind(file, error));
      await this.save(importId, { encoding });
      const tally = await applyList({ path: file.path, encoding }, reader, actor, async (soFar) => {
        if (!(await this.save(importId, soFar.figures()))) throw new ImportInterrupted();
        if (this.stopping.signal.aborted) throw new ImportInterrupted();
      });
      await this.complete(importId, file, tally, actor);
      await this.save(importId, { ...tally.figures(), state: 'applied' });
    } catch (error) {
      this.log.failure('an import failed', error, 'warn');
      const failed = { state: 'failed', problem: toProblem(error) } as const;
      await saveFailure(() => this.save(importId, failed), this.stopping.signal, this.log);
    } finally {
      await file.discard();
    }
  }

  /** Says so where the file is a list of the other kind, instead of naming the first column that it lacks. */
  private async asWrongKind({ kind, path }: ReceivedImport<ImportKind>, error: unknown): Promise<never> {
    if (!(error instanceof CsvError) || error.code !== 'csv-column-missing') throw error;
    for (const [other, reader] of Object.entries(this.readers)) {
      if (other === kind || !(await hasColumnsOf(path, reader))) continue;
      throw new CsvError('csv-wrong-kind', `These are the columns of a ${other} list. Send it as kind ${other}.`, {
        field: 'kind',
      });
    }
    throw error;
  }

  /** @returns false where this replica was thought dead, and its import ended or given to another */
  private async save(importId: string, report: QueryDeepPartialEntity<ImportReport>): Promise<boolean> {
    const { affected } = await this.reports.update({ importId, state: 'reading', holder: this.membership.id }, report);
    return affected === 1;
  }

  private async complete(
    importId: string,
    file: ReceivedImport<ImportKind>,
    tally: Tally,
    actor: string,
  ): Promise<void> {
    const { rows, added, unchanged, rejectedCount: rejected } = tally.figures();
    const outcome = { importId, kind: file.kind, digest: file.digest, rows, added, unchanged, rejected };
    const command = { type: 'complete-import', outcome } as const;
    await handleCommand(this.store, listImport, importStream(importId), command, { actor, correlationid: importId });
  }
}
