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

  /** The state before, or undefined for a file never seen; a file that was not applied is to be read again. */
  async begin(importId: string, kind: DirectoryKind, digest: string): Promise<ImportReport['state'] | undefined> {
    const { rows } = await this.pool.query<Pick<Row, 'state'>>('select state from directory_import where id = $1', [
      importId,
    ]);
    if (rows[0]?.state === 'applied') return 'applied';
    await this.pool.query(
      `insert into directory_import (id, kind, digest, state) values ($1, $2, $3, 'reading')
       on conflict (id) do update set state = 'reading', problem = null`,
      [importId, kind, digest],
    );
    return rows[0]?.state;
  }

  /** Whatever was being read when the last process ended is not being read any more. */
  async endInterrupted(problem: NonNullable<ImportReport['problem']>): Promise<void> {
    await this.pool.query(`update directory_import set state = 'failed', problem = $1 where state = 'reading'`, [
      JSON.stringify(problem),
    ]);
  }

  async save(report: Omit<ImportReport, 'kind' | 'ended'>): Promise<void> {
    const { importId, state, rows, added, unchanged, rejectedCount, rejected, problem } = report;
    await this.pool.query(
      `update directory_import set state = $2, rows = $3, added = $4, unchanged = $5, rejected_count = $6,
         rejected = $7, problem = $8 where id = $1`,
      [
        importId,
        state,
        rows,
        added,
        unchanged,
        rejectedCount,
        JSON.stringify(rejected),
        problem === undefined ? null : JSON.stringify(problem),
      ],
    );
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
