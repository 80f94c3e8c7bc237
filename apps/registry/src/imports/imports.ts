import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import type { KeyRing } from '@privity/kernel';
import { importStream, listImport } from '@privity/registry';
import type { ListLosses } from '@privity/registry';
import { handleCommand, INDEX_KEYS, JsonLog, Membership, saveFailure } from '@privity/service';
import { Spool, Stopping, toProblem } from '@privity/service';
import type { ReceivedImport } from '@privity/service';
import { OwnView } from '../events/own-view.js';
import type { ImportKind } from '../read-models/import-report.entity.js';
import { applyList } from './apply-list.js';
import { checkList } from './check-list.js';
import { EntryCount } from './entry-count.js';
import { ImportInterrupted } from './import-errors.js';
import { ImportReports, listOf } from './import-reports.js';
import { ListEntries } from './list-entries.js';
import { ListReaders } from './list-readers.js';
import type { Tally } from './tally.js';

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
    @Inject(INDEX_KEYS) private readonly indexKeys: KeyRing,
    private readonly readers: ListReaders,
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
  beforeApplicationShutdown(): Promise<void> {
    this.stopLooking();
    return this.last;
  }

  private async run(importId: string, turn: string, file: ReceivedImport<ImportKind>, actor: string): Promise<void> {
    try {
      const reader = this.readers.of[file.kind];
      const encoding = await checkList(file, this.readers.of);
      await this.reports.save(importId, { encoding });
      const count = new EntryCount(this.indexKeys.current('view-digest').key);
      // What is known before the first line must be known to the view.
      await this.view.current();
      const tally = await applyList({ path: file.path, encoding, list: listOf(file) }, reader, actor, {
        seen: async (entries) => count.add(await this.entries.seen(turn, entries)),
        progress: async (soFar) => {
          if (!(await this.reports.save(importId, soFar.figures()))) throw new ImportInterrupted();
          if (this.stopping.signal.aborted) throw new ImportInterrupted();
        },
      });
      const losses = await this.entries.losses(turn, [...tally.scopes]);
      const state = await this.complete(importId, file, { tally, losses }, actor);
      if (state === 'applied') await this.entries.depart(turn, [...tally.scopes]);
      const comparison = file.kind === 'do-not-record' ? count.comparedWith((await this.view.current()).count) : null;
      await this.reports.save(importId, { ...tally.figures(), ...count.certified(), comparison, losses, state });
    } catch (error) {
      this.log.failure('an import failed', error, 'warn');
      const failed = { state: 'failed', problem: toProblem(error) } as const;
      await saveFailure(() => this.reports.save(importId, failed), this.stopping.signal, this.log);
    } finally {
      await file.discard();
    }
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
