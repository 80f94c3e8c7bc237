import { Injectable } from '@nestjs/common';
import { PrivityError } from '@privity/kernel';
import type { RejectedLine } from '@privity/registry/events';
import type { DirectoryKind } from '@privity/routing';
import { Pool } from 'pg';

export interface ImportReport {
  readonly importId: string;
  readonly kind: DirectoryKind;
  readonly state: 'reading' | 'applied' | 'failed';
  readonly rows: number;
  readonly added: number;
  readonly unchanged: number;
  /** Nothing ends because a file does not name it. */
  readonly ended: 0;
  readonly rejectedCount: number;
  /** The first ten thousand. */
  readonly rejected: readonly RejectedLine[];
  readonly problem?: {
    readonly code: string;
    readonly detail: string;
    readonly field?: string;
    readonly line?: number;
  };
}

/** What was applied stands; the same file again adds the rest. */
export class ImportInterrupted extends PrivityError {
  constructor() {
    super('import-interrupted', 503, 'The service stopped while reading. Send the same file again.');
  }
}

export class ImportNotFound extends PrivityError {
  constructor() {
    super('import-not-found', 404, 'There is no such import.');
  }
}

interface Row {
  id: string;
  kind: DirectoryKind;
  state: ImportReport['state'];
  rows: number;
  added: number;
  unchanged: number;
  rejected_count: number;
  rejected: RejectedLine[];
  problem: ImportReport['problem'] | null;
}

/** How far each import is. Operational: what it changed stands in events. */
@Injectable()
export class ImportRecords {
  constructor(private readonly pool: Pool) {}

  /**
   * Whether the file is to be read, by `holder`: it was never seen, or could not be applied. One statement, so that of two
   * requests with the same file, at whichever replica, one reads it.
   */
  async begin(importId: string, kind: DirectoryKind, digest: string, holder: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `insert into directory_import (id, kind, digest, state, holder) values ($1, $2, $3, 'reading', $4)
       on conflict (id) do update set state = 'reading', problem = null, holder = excluded.holder
       where directory_import.state = 'failed'`,
      [importId, kind, digest, holder],
    );
    return rowCount === 1;
  }

  /** Whatever a replica was reading when it died is not being read any more. */
  async endInterrupted(alive: ReadonlySet<string>, problem: NonNullable<ImportReport['problem']>): Promise<void> {
    await this.pool.query(
      `update directory_import set state = 'failed', problem = $1
       where state = 'reading' and (holder is null or holder <> all($2::uuid[]))`,
      [JSON.stringify(problem), [...alive]],
    );
  }

  /** @returns false where `holder` was thought dead, and its import ended or given to another */
  async save(report: Omit<ImportReport, 'kind' | 'ended'>, holder: string): Promise<boolean> {
    const { importId, state, rows, added, unchanged, rejectedCount, rejected, problem } = report;
    const { rowCount } = await this.pool.query(
      `update directory_import set state = $2, rows = $3, added = $4, unchanged = $5, rejected_count = $6,
         rejected = $7, problem = $8
       where id = $1 and state = 'reading' and holder = $9`,
      [
        importId,
        state,
        rows,
        added,
        unchanged,
        rejectedCount,
        JSON.stringify(rejected),
        problem === undefined ? null : JSON.stringify(problem),
        holder,
      ],
    );
    return rowCount === 1;
  }

  /** @throws ImportNotFound */
  async read(importId: string): Promise<ImportReport> {
    const { rows } = await this.pool.query<Row>('select * from directory_import where id = $1', [importId]);
    const [row] = rows;
    if (row === undefined) throw new ImportNotFound();
    const { id, kind, state, rows: read, added, unchanged, rejected_count: rejectedCount, rejected, problem } = row;
    return {
      importId: id,
      kind,
      state,
      rows: read,
      added,
      unchanged,
      ended: 0,
      rejectedCount,
      rejected,
      ...(problem ? { problem } : {}),
    };
  }
}
