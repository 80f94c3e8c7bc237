import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { BlindIndexer, derivedId, type KeyRing, PrivityError } from '@privity/kernel';
import type { RejectedLine } from '@privity/registry/events';
import type { DirectoryImported, DirectoryKind } from '@privity/routing';
import {
  INDEX_KEYS,
  JsonLog,
  Membership,
  newEvents,
  readCsv,
  type ReceivedImport,
  saveFailure,
  Spool,
  SubjectKeys,
  toProblem,
} from '@privity/service';
import { Pool } from 'pg';
import { Directory } from '../read-models/directory.js';
import { AllowedNumbersImporter } from './allowed-numbers.js';
import type { DirectoryImporter } from './directory-importer.js';
import { DirectoryWriter } from './directory-writer.js';
import { FacilitiesImporter } from './facilities.js';
import { ImportInterrupted, ImportRecords } from './import-records.js';
import { MovementsImporter } from './movements.js';
import { RosterImporter } from './roster.js';

export const DIRECTORY_KINDS = [
  'facilities',
  'roster',
  'allowed-numbers',
  'movements',
] as const satisfies DirectoryKind[];

const LINES_AT_ONCE = 5_000;
const REJECTED_KEPT = 10_000;

/** Any fixed number: whoever holds it reads a file, in whichever replica. */
const IMPORT_LOCK = 0x494d_5052;
const LOCK_AGAIN_MS = 200;

/** Reads uploaded files one after another: two at once would both compare with a directory that the other is changing. */
@Injectable()
export class ImportRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private queue: Promise<void> = Promise.resolve();
  private stopLooking: () => void = () => undefined;
  private readonly stopping = new AbortController();
  private readonly callers: BlindIndexer;
  private readonly persons: BlindIndexer;
  private readonly numbers: BlindIndexer;

  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
    private readonly records: ImportRecords,
    private readonly subjects: SubjectKeys,
    private readonly pool: Pool,
    private readonly log: JsonLog,
    private readonly membership: Membership,
    private readonly spool: Spool,
    @Inject(INDEX_KEYS) keys: KeyRing,
  ) {
    this.callers = new BlindIndexer(keys, 'caller-index');
    this.persons = new BlindIndexer(keys, 'person-index');
    this.numbers = new BlindIndexer(keys, 'number-index');
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.membership.join();
    this.stopLooking = this.membership.endWhatDeadOnesLeft(async (alive) => {
      await this.spool.removeLeft(alive);
      await this.records.endInterrupted(alive, problemOf(new ImportInterrupted()));
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopLooking();
    this.stopping.abort();
    await this.queue;
  }

  /** Queues the file and names its import: the same file is the same import, read again only if it was not applied. */
  async accept(file: ReceivedImport<DirectoryKind>, actor: string): Promise<string> {
    const importId = derivedId(file.digest, file.kind, 0);
    let claimed = false;
    try {
      claimed = await this.records.begin(importId, file.kind, file.digest, this.membership.id);
    } finally {
      if (!claimed) await file.discard();
    }
    if (claimed) this.queue = this.queue.then(() => this.run(file, importId, actor)).finally(() => file.discard());
    return importId;
  }

  /** Waits until no replica reads a file, and until the directory holds all that the last one brought. */
  private async inTurn(work: (turn: AbortSignal) => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    const turn = new AbortController();
    // A connection that breaks gives the lock back, and another replica may be reading from then on.
    client.on('error', () => turn.abort(new ImportInterrupted()));
    try {
      for (;;) {
        if (this.stopping.signal.aborted) throw new ImportInterrupted();
        const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
          IMPORT_LOCK,
        ]);
        if (rows[0]?.taken === true) break;
        await pause(LOCK_AGAIN_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
      await this.directory.reach(await this.store.heads());
      await work(turn.signal);
    } finally {
      // Not given back to the pool: with the connection goes the lock, whatever became of it.
      client.release(true);
    }
  }

  private async run(file: ReceivedImport<DirectoryKind>, importId: string, actor: string): Promise<void> {
    const counts = { rows: 0, added: 0, unchanged: 0, rejectedCount: 0 };
    const rejected: RejectedLine[] = [];
    const stream = `import-${importId}`;
    const holder = this.membership.id;
    const meta = { actor, correlationid: stream };
    const importer = this.importer(file.kind, new DirectoryWriter(this.store, this.directory, meta));
    const save = async (state: 'reading' | 'applied') => {
      const own = await this.records.save({ importId, state, ...counts, rejected }, holder);
      if (!own) throw new ImportInterrupted();
    };
    const flush = async () => {
      const { added, unchanged } = await importer.flush();
      counts.added += added;
      counts.unchanged += unchanged;
      await save('reading');
    };
    const read = async (turn: AbortSignal) => {
      for await (const { line, values, malformed } of readCsv(createReadStream(file.path), importer)) {
        if (this.stopping.signal.aborted) throw new ImportInterrupted();
        turn.throwIfAborted();
        counts.rows += 1;
        const rejection = malformed ? { field: '(line)', reason: malformed } : importer.take(values);
        if (rejection !== undefined) {
          counts.rejectedCount += 1;
          if (rejected.length < REJECTED_KEPT) rejected.push({ line, ...rejection });
        }
        if (counts.rows % LINES_AT_ONCE === 0) await flush();
      }
      turn.throwIfAborted();
      await flush();
      const { rows, added, unchanged, rejectedCount } = counts;
      const data = { importId, kind: file.kind, digest: file.digest, rows, added, unchanged, rejected: rejectedCount };
      const imported: DirectoryImported = { type: 'routing.DirectoryImported', data };
      const appended = await this.store.append(stream, 'any', newEvents([imported], meta));
      await this.directory.reachEverywhere(appended.events);
      await save('applied');
      this.log.line('info', 'import applied', { kind: file.kind, rows, added, unchanged, rejected: rejectedCount });
    };
    try {
      await this.inTurn(read);
    } catch (error) {
      this.log.failure('import failed', error, 'warn');
      const failed = { importId, state: 'failed', ...counts, rejected, problem: problemOf(error) } as const;
      await saveFailure(() => this.records.save(failed, holder), this.stopping.signal, this.log);
    }
  }

  private importer(kind: DirectoryKind, writer: DirectoryWriter): DirectoryImporter {
    const { directory, callers, persons, numbers, subjects, pool } = this;
    switch (kind) {
      case 'facilities':
        return new FacilitiesImporter(directory, writer);
      case 'roster':
        return new RosterImporter(directory, writer, callers, persons, subjects, pool);
      case 'allowed-numbers':
        return new AllowedNumbersImporter(directory, writer, callers, numbers);
      case 'movements':
        return new MovementsImporter(directory, writer, callers);
    }
  }
}

/** What the importer is told: our own words only, since others' messages may quote the file. */
function problemOf(error: unknown) {
  if (!(error instanceof PrivityError)) {
    return { code: toProblem(error).code, detail: 'The import could not be finished.' };
  }
  const { code, message, field, line } = error;
  return { code, detail: message, ...(field === undefined ? {} : { field }), ...(line === undefined ? {} : { line }) };
}
