import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { importStream, listImport } from '@privity/registry';
import { Forbidden, handleCommand } from '@privity/service';
import type { ImportReport } from '../read-models/import-report.entity.js';
import { ImportReports } from './import-reports.js';
import { ListEntries } from './list-entries.js';

/** Lists that lost too much to be believed by themselves (T3). What they name is protected already, and nothing has ended. */
@Injectable()
export class HeldImports {
  constructor(
    private readonly reports: ImportReports,
    private readonly store: EventStore,
    private readonly entries: ListEntries,
  ) {}

  /** The oldest first. */
  all(): Promise<ImportReport[]> {
    return this.reports.held();
  }

  /** A second person believes the list. @throws ImportNotFound, ImportNotHeld, Forbidden */
  async approve(importId: string, approver: string): Promise<ImportReport> {
    const { turn, losses } = await this.reports.find(importId);
    const command = { type: 'approve-import', approver } as const;
    const meta = { actor: approver, correlationid: importId };
    const { events } = await handleCommand(this.store, listImport, importStream(importId), command, meta);
    if (events.some(({ type }) => type === 'registry.ListApprovalRefused')) {
      throw new Forbidden('Whoever sent a list cannot approve it. Ask a second person.');
    }
    const scopes = (losses ?? []).map(({ scope }) => scope);
    // Again where it was approved before: whoever did may have been cut off here.
    await this.entries.depart(turn, scopes);
    await this.reports.approved(importId);
    return this.reports.find(importId);
  }
}
