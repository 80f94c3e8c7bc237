import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isUuid } from '@privity/kernel';
import { Membership, toProblem } from '@privity/service';
import type { ReceivedImport } from '@privity/service';
import { Repository } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { ImportReport } from '../read-models/import-report.entity.js';
import type { ImportKind } from '../read-models/import-report.entity.js';
import { ImportInterrupted, ImportNotFound } from './import-errors.js';

/** How far each import came, in table `import_report`; and which replica reads it. */
@Injectable()
export class ImportReports {
  constructor(
    @InjectRepository(ImportReport) private readonly reports: Repository<ImportReport>,
    private readonly membership: Membership,
  ) {}

  /** The oldest first. */
  held(): Promise<ImportReport[]> {
    return this.reports.find({ where: { state: 'held' }, order: { turn: 'asc' } });
  }

  async approved(importId: string): Promise<void> {
    await this.reports.update({ importId, state: 'held' }, { state: 'applied' });
  }

  /** @throws ImportNotFound */
  async find(importId: string): Promise<ImportReport> {
    const report = isUuid(importId) ? await this.reports.findOneBy({ importId }) : null;
    if (report === null) throw new ImportNotFound();
    return report;
  }

  /** One statement, so that of two requests with the same file one reads it. @returns its turn, for the one */
  async claim(importId: string, file: ReceivedImport<ImportKind>, actor: string): Promise<string | undefined> {
    const claimed: { readonly turn: string }[] = await this.reports.query(
      `insert into import_report (import_id, kind, list, digest, state, actor, holder)
         values ($1, $2, $3, $4, 'reading', $5, $6)
       on conflict (import_id) do update
         set state = 'reading', problem = null, actor = excluded.actor, holder = excluded.holder, turn = excluded.turn,
             list = excluded.list
       where import_report.state = 'failed' returning turn`,
      [importId, file.kind, listOf(file), file.digest, actor, this.membership.id],
    );
    return claimed[0]?.turn;
  }

  /** @returns false where this replica was thought dead, and its import ended or given to another */
  async save(importId: string, report: QueryDeepPartialEntity<ImportReport>): Promise<boolean> {
    const { affected } = await this.reports.update({ importId, state: 'reading', holder: this.membership.id }, report);
    return affected === 1;
  }

  /** Whatever a replica was reading when it died is not being read any more. */
  async endInterrupted(alive: ReadonlySet<string>): Promise<void> {
    await this.reports.query(
      `update import_report set state = 'failed', problem = $1
       where state = 'reading' and (holder is null or holder <> all($2::uuid[]))`,
      [JSON.stringify(toProblem(new ImportInterrupted())), [...alive]],
    );
  }
}

/** Its kind's name where the sender gave none. */
export function listOf({ kind, list }: ReceivedImport<ImportKind>): string {
  return list ?? kind;
}
