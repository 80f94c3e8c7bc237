import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EventStore } from '@privity/event-store';
import { derivedId, isUuid } from '@privity/kernel';
import { importStream, listImport } from '@privity/registry';
import type { ListLosses } from '@privity/registry';
import { handleCommand, JsonLog, Membership, saveFailure, Spool, Stopping, toProblem } from '@privity/service';
import type { ReceivedImport } from '@privity/service';
import { Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { ImportReport } from '../read-models/import-report.entity.js';
import type { ImportKind } from '../read-models/import-report.entity.js';
import { applyList } from './apply-list.js';
import { BarRollReader } from './bar-roll.reader.js';
import { checkList } from './check-list.js';
import { DoNotRecordReader } from './do-not-record.reader.js';
import { ImportInterrupted, ImportNotFound } from './import-errors.js';
import { ListEntries } from './list-entries.js';
import type { RowReader } from './row-reader.js';
import { Tally } from './tally.js';

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
    private readonly entries: ListEntries,
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

  /** @throws ImportNotFound */
  async find(importId: string): Promise<ImportReport> {
    const report = isUuid(importId) ? await this.reports.findOneBy({ importId }) : null;
    if (report === null) throw new ImportNotFound();
    return report;
  }

  /** Takes a file over, and removes it when it is done with it. Answers at once with the import's id. */
  async begin(file: ReceivedImport<ImportKind>, actor: string): Promise<string> {
    const importId = derivedId(file.digest, ['registry-import', file.kind, file.list].filter(Boolean).join(':'), 0);
    let claimed: string | undefined;
    try {
      claimed = await this.claim(importId, file, actor);
    } finally {
      // Also where the database is away: a file that nobody will read must not stay.
      if (claimed === undefined) await file.discard();
    }
    const turn = claimed;
    if (turn !== undefined) this.last = this.last.then(() => this.run(importId, turn, file, actor));
    return importId;
  }

  /** What is being read stops after its batch; the database is closed only after that. */
  beforeApplicationShutdown(): Promise<void> {
    this.stopLooking();
    return this.last;
  }

  /** One statement, so that of two requests with the same file one reads it. @returns its turn, for the one */
  private async claim(importId: string, file: ReceivedImport<ImportKind>, actor: string): Promise<string | undefined> {
    const claimed: { readonly turn: string }[] = await this.reports.query(
      `insert into import_report (import_id, kind, digest, state, actor, holder) values ($1, $2, $3, 'reading', $4, $5)
       on conflict (import_id) do update
         set state = 'reading', problem = null, actor = excluded.actor, holder = excluded.holder, turn = excluded.turn
       where import_report.state = 'failed' returning turn`,
      [importId, file.kind, file.digest, actor, this.membership.id],
    );
    return claimed[0]?.turn;
  }

  private async run(importId: string, turn: string, file: ReceivedImport<ImportKind>, actor: string): Promise<void> {
    try {
      const reader = this.readers[file.kind];
      const encoding = await checkList(file, this.readers);
      await this.save(importId, { encoding });
      const tally = await applyList({ path: file.path, encoding, list: file.list ?? file.kind }, reader, actor, {
        seen: (entries) => this.entries.seen(turn, entries),
        progress: async (soFar) => {
          if (!(await this.save(importId, soFar.figures()))) throw new ImportInterrupted();
          if (this.stopping.signal.aborted) throw new ImportInterrupted();
        },
      });
      const losses = await this.entries.losses(turn, [...tally.scopes]);
      const state = await this.complete(importId, file, { tally, losses }, actor);
      if (state === 'applied') await this.entries.depart(turn, [...tally.scopes]);
      await this.save(importId, { ...tally.figures(), losses, state });
    } catch (error) {
      this.log.failure('an import failed', error, 'warn');
      const failed = { state: 'failed', problem: toProblem(error) } as const;
      await saveFailure(() => this.save(importId, failed), this.stopping.signal, this.log);
    } finally {
      await file.discard();
    }
  }

  /** @returns false where this replica was thought dead, and its import ended or given to another */
  private async save(importId: string, report: QueryDeepPartialEntity<ImportReport>): Promise<boolean> {
    const { affected } = await this.reports.update({ importId, state: 'reading', holder: this.membership.id }, report);
    return affected === 1;
  }

  private async complete(
    importId: string,
    file: ReceivedImport<ImportKind>,
    { tally, losses }: { readonly tally: Tally; readonly losses: ListLosses[] },
    actor: string,
  ): Promise<'applied' | 'held'> {
    const { rows, added, unchanged, rejectedCount: rejected } = tally.figures();
    const outcome = { importId, kind: file.kind, digest: file.digest, rows, added, unchanged, rejected };
    const command = { type: 'complete-import', outcome, losses, sentBy: actor } as const;
    const stream = importStream(importId);
    await handleCommand(this.store, listImport, stream, command, { actor, correlationid: importId });
    // Also where an earlier reading of the same file came so far, and no further.
    const told = (await this.store.readStream(stream)).map(({ type }) => type);
    return told.includes('registry.ListImported') ? 'applied' : 'held';
  }
}
