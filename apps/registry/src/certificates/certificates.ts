import { Injectable } from '@nestjs/common';
import { instant } from '@privity/kernel';
import { LIST_CERTIFICATE_TYP, type ListStanding, REGISTRY_CERTIFICATE_TYP } from '@privity/registry';
import { DataSource } from 'typeorm';
import { ImportReports } from '../imports/import-reports.js';
import { NothingToCertify } from './certificate-errors.js';
import { OwnFigures } from './own-figures.js';
import { RegistrySigner } from './registry-signer.js';

/**
 * Signed counts and digests, to be had by whoever has to compare at a cut-over (T3): a list that was not loaded, or only
 * in part, once went unnoticed because nobody could.
 */
@Injectable()
export class Certificates {
  constructor(
    private readonly figures: OwnFigures,
    private readonly signer: RegistrySigner,
    private readonly reports: ImportReports,
    private readonly database: DataSource,
  ) {}

  /** Of all that is protected. @throws StoreRestored */
  async ofAll(): Promise<string> {
    const lists = await this.lists();
    const figures = await this.figures.now();
    return this.signer.sign(REGISTRY_CERTIFICATE_TYP, { at: instant(), ...figures, lists });
  }

  /** Of one file of a list. @throws ImportNotFound, NothingToCertify */
  async ofImport(id: string): Promise<string> {
    const report = await this.reports.find(id);
    const { importId, kind, list, digest: fileDigest, state, rows, rejectedCount: rejected } = report;
    const { entries, entriesDigest } = report;
    if (state !== 'applied' && state !== 'held') {
      throw new NothingToCertify(`The import is ${state}: nobody knows yet what the file holds.`);
    }
    if (list === null || entries === null || entriesDigest === null) {
      throw new NothingToCertify('The entries of this file were not counted. Ask for the certificate of a later file.');
    }
    const counted = { rows, rejected, entries, entriesDigest };
    return this.signer.sign(LIST_CERTIFICATE_TYP, {
      ...{ at: instant(), importId, kind, list, fileDigest, state },
      ...counted,
    });
  }

  /** In order of their names. A list of which every file is held has no applied one, and is not named. */
  private lists(): Promise<ListStanding[]> {
    return this.database.query<ListStanding[]>(
      `with newest as (
         select distinct on (l.scope) l.scope, r.kind, r.digest
           from import_report r, jsonb_to_recordset(r.losses) as l(scope text)
          where r.state = 'applied' order by l.scope, r.turn desc)
       select n.scope as list, n.kind, n.digest as "fileDigest",
         (select count(*)::int from list_entry e where e.scope = n.scope and e.departed_at is null) as entries
       from newest n order by n.scope`,
    );
  }
}
