import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { BlindIndexer, derivedId, type KeyRing, PrivityError } from '@privity/kernel';
import type { RejectedLine } from '@privity/registry/events';
import type { DirectoryImported, DirectoryKind } from '@privity/routing';
import {
  emptySpool,
  INDEX_KEYS,
  JsonLog,
  newEvents,
  readCsv,
  type ReceivedImport,
  ServiceConfig,
  SubjectKeys,
} from '@privity/service';
import { Pool } from 'pg';
import { Directory } from '../read-models/directory.js';
import { AllowedNumbersImporter } from './allowed-numbers.js';
import type { DirectoryImporter } from './directory-importer.js';
import { DirectoryWriter } from './directory-writer.js';
import { FacilitiesImporter } from './facilities.js';
import { ImportRecords } from './import-records.js';
import { MovementsImporter } from './movements.js';
import { RosterImporter } from './roster.js';

export const DIRECTORY_KINDS = [
  'facilities',
  'roster',
  'allowed-numbers',
  'movements',
] as const satisfies DirectoryKind[];

/** What was applied stands; the same file again adds the rest. */
class ImportInterrupted extends PrivityError {
  constructor() {
    super('interrupted', 503, 'The service stopped while reading. Send the same file again.');
  }
}

const LINES_AT_ONCE = 5_000;
const REJECTED_KEPT = 10_000;

/** Reads uploaded files one after another: two at once would both compare with a directory that the other is changing. */
@Injectable()
export class ImportRunner implements OnApplicationBootstrap, OnModuleDestroy {
  /** Holds personal data for as long as a file is read; beside the keys, so that no backup has it. */
  readonly spoolDir: string;
  private queue: Promise<void> = Promise.resolve();
  private readonly running = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly callers: BlindIndexer;
  private readonly numbers: BlindIndexer;

  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
    private readonly records: ImportRecords,
    private readonly subjects: SubjectKeys,
    private readonly pool: Pool,
    private readonly log: JsonLog,
    config: ServiceConfig,
    @Inject(INDEX_KEYS) keys: KeyRing,
  ) {
    this.spoolDir = config.env.text('PRIVITY_SPOOL_DIR') ?? join(config.keysDir, 'spool');
    this.callers = new BlindIndexer(keys, 'caller-index');
    this.numbers = new BlindIndexer(keys, 'number-index');
  }

  async onApplicationBootstrap(): Promise<void> {
    await emptySpool(this.spoolDir);
    await this.records.endInterrupted(problemOf(new ImportInterrupted()));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.queue;
  }

  /** Queues the file and names its import: the same file is the same import, read again only if it was not applied. */
  async accept(file: ReceivedImport<DirectoryKind>, actor: string): Promise<string> {
    const importId = derivedId(file.digest, file.kind, 0);
    if (this.running.has(importId)) {
      await file.discard();
      return importId;
    }
    this.running.add(importId);
    try {
      if ((await this.records.begin(importId, file.kind, file.digest)) === 'applied') {
        await this.finish(file, importId);
        return importId;
      }
    } catch (error) {
      await this.finish(file, importId);
      throw error;
    }
    this.queue = this.queue.then(() => this.run(file, importId, actor)).finally(() => this.finish(file, importId));
    return importId;
  }

  private async finish(file: ReceivedImport<DirectoryKind>, importId: string): Promise<void> {
    this.running.delete(importId);
    await file.discard();
  }

  private async run(file: ReceivedImport<DirectoryKind>, importId: string, actor: string): Promise<void> {
    const counts = { rows: 0, added: 0, unchanged: 0, rejectedCount: 0 };
    const rejected: RejectedLine[] = [];
    const stream = `import-${importId}`;
    const meta = { actor, correlationid: stream };
    const importer = this.importer(file.kind, new DirectoryWriter(this.store, this.directory, meta));
    const flush = async () => {
      const { added, unchanged } = await importer.flush();
      counts.added += added;
      counts.unchanged += unchanged;
      await this.records.save({ importId, state: 'reading', ...counts, rejected });
    };
    try {
      for await (const { line, values, malformed } of readCsv(createReadStream(file.path), importer)) {
        if (this.stopping.signal.aborted) throw new ImportInterrupted();
        counts.rows += 1;
        const rejection = malformed ? { field: '(line)', reason: malformed } : importer.take(values);
        if (rejection !== undefined) {
          counts.rejectedCount += 1;
          if (rejected.length < REJECTED_KEPT) rejected.push({ line, ...rejection });
        }
        if (counts.rows % LINES_AT_ONCE === 0) await flush();
      }
      await flush();
      const { rows, added, unchanged, rejectedCount } = counts;
      const data = { importId, kind: file.kind, digest: file.digest, rows, added, unchanged, rejected: rejectedCount };
      const imported: DirectoryImported = { type: 'routing.DirectoryImported', data };
      const appended = await this.store.append(stream, 'any', newEvents([imported], meta));
      await this.directory.reach(appended.events);
      await this.records.save({ importId, state: 'applied', ...counts, rejected });
      this.log.line('info', 'import applied', { kind: file.kind, rows, added, unchanged, rejected: rejectedCount });
    } catch (error) {
      this.log.failure('import failed', error, 'warn');
      await this.records
        .save({ importId, state: 'failed', ...counts, rejected, problem: problemOf(error) })
        .catch((failure: unknown) => this.log.failure('the failure of an import could not be recorded', failure));
    }
  }

  private importer(kind: DirectoryKind, writer: DirectoryWriter): DirectoryImporter {
    const { directory, callers, numbers, subjects, pool } = this;
    switch (kind) {
      case 'facilities':
        return new FacilitiesImporter(directory, writer);
      case 'roster':
        return new RosterImporter(directory, writer, callers, subjects, pool);
      case 'allowed-numbers':
        return new AllowedNumbersImporter(directory, writer, callers, numbers);
      case 'movements':
        return new MovementsImporter(directory, writer, callers);
    }
  }
}

/** What the importer is told: our own words only, since others' messages may quote the file. */
function problemOf(error: unknown) {
  if (!(error instanceof PrivityError)) return { code: 'internal-error', detail: 'The import could not be finished.' };
  const { code, message, field, line } = error;
  return { code, detail: message, ...(field === undefined ? {} : { field }), ...(line === undefined ? {} : { line }) };
}
