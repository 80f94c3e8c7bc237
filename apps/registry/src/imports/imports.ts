import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { EventStore, StoreRestored } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import { importStream, listImport } from '@privity/registry';
import type { ListLosses } from '@privity/registry';
import { describeError, handleCommand, JsonLog, Membership, saveFailure } from '@privity/service';
import { Spool, Stopping, toProblem } from '@privity/service';
import type { ReceivedImport } from '@privity/service';
import { OwnView } from '../events/own-view.js';
import type { ImportKind } from '../read-models/import-report.entity.js';
import { comparedWith } from './entry-count.js';
import { ImportInterrupted } from './import-errors.js';
import { ImportReports, listOf } from './import-reports.js';
import { ListEntries } from './list-entries.js';
import { ListReading, ReadingFailed } from './list-reading.js';
import type { ReadList } from './reading.js';

/** Imports of lists, one at a time in each replica. The same file is the same import; sent again after a failure it is resumed. */
@Injectable()
export class Imports implements OnModuleInit, BeforeApplicationShutdown {
  private last: Promise<void> = Promise.resolve();
  private stopLooking: () => void = () => undefined;

  constructor(
    private readonly reports: ImportReports,
    private readonly store: EventStore,
    private readonly log: JsonLog,
    private readonly spool: Spool,
    private readonly stopping: Stopping,
    private readonly membership: Membership,
    private readonly entries: ListEntries,
    private readonly view: OwnView,
    private readonly reading: ListReading,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.membership.join();
    this.stopLooking = this.membership.endWhatDeadOnesLeft((alive) => this.endInterrupted(alive));
  }

  private async endInterrupted(alive: ReadonlySet<string>): Promise<void> {
    await this.spool.removeLeft(alive);
    await this.reports.endInterrupted(alive);
  }

  /** Takes a file over, and removes it when it is done with it. Answers at once with the import's id. */
  async begin(file: ReceivedImport<ImportKind>, actor: string): Promise<string> {
    const importId = derivedId(file.digest, ['registry-import', file.kind, file.list].filter(Boolean).join(':'), 0);
    let claimed: string | undefined;
    try {
      claimed = await this.reports.claim(importId, file, actor);
    } finally {
      // Also where the database is away: a file that nobody will read must not stay.
      if (claimed === undefined) await file.discard();
    }
    const turn = claimed;
    if (turn !== undefined) this.last = this.last.then(() => this.run(importId, turn, file, actor));
    return importId;
  }

  /** What is being read stops after its batch; the database is closed only after that. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopLooking();
    await this.last;
    await this.reading.end();
  }

  private async run(importId: string, turn: string, file: ReceivedImport<ImportKind>, actor: string): Promise<void> {
    try {
      this.requireLeave();
      // What is known before the first line must be known to the view.
      await this.view.current();
      const list = { kind: file.kind, path: file.path, list: listOf(file), actor, turn };
      const read = await this.reading.read(list, {
        hasSeen: (indexes) => Promise.resolve(indexes.map((index) => this.view.hasSeen(index))),
        checked: (encoding) => this.tell(importId, { encoding }),
        progress: async (figures) => {
          await this.tell(importId, figures);
          this.view.readAlong();
        },
      });
      const losses = await this.entries.losses(turn, read.scopes);
      const state = await this.complete(importId, file, { read, losses }, actor);
      if (state === 'applied') await this.entries.depart(turn, read.scopes);
      const { entries, entriesDigest } = read.counted;
      const comparison =
        file.kind === 'do-not-record' ? comparedWith(read.counted, (await this.view.current()).count) : null;
      await this.reports.save(importId, { ...read.figures, entries, entriesDigest, comparison, losses, state });
    } catch (error) {
      const read = error instanceof ReadingFailed;
      this.log.line('warn', 'an import failed', read ? error.facts : describeError(error));
      const failed = { state: 'failed', problem: read ? error.problem : toProblem(error) } as const;
      await saveFailure(() => this.reports.save(importId, failed), this.stopping.signal, this.log);
    } finally {
      await file.discard();
    }
  }

  /** How far it is, as long as it may go on. @throws ImportInterrupted, StoreRestored */
  private async tell(importId: string, soFar: Parameters<ImportReports['save']>[1]): Promise<void> {
    if (!(await this.reports.save(importId, soFar))) throw new ImportInterrupted();
    this.requireLeave();
  }

  private requireLeave(): void {
    if (this.stopping.signal.aborted) throw new ImportInterrupted();
    // The thread's own store has the mark to go by, and not what the topics know.
    if (this.store.restored !== undefined) throw new StoreRestored(this.store.restored);
  }

  private async complete(
    importId: string,
    file: ReceivedImport<ImportKind>,
    { read, losses }: { readonly read: ReadList; readonly losses: ListLosses[] },
    actor: string,
  ): Promise<'applied' | 'held'> {
    const { rows, added, unchanged, rejectedCount: rejected } = read.figures;
    const outcome = { importId, kind: file.kind, digest: file.digest, rows, added, unchanged, rejected };
    const command = { type: 'complete-import', outcome, losses, sentBy: actor } as const;
    const stream = importStream(importId);
    await handleCommand(this.store, listImport, stream, command, { actor, correlationid: importId });
    // Also where an earlier reading of the same file came so far, and no further.
    const told = (await this.store.readStream(stream)).map(({ type }) => type);
    return told.includes('registry.ListImported') ? 'applied' : 'held';
  }
}
