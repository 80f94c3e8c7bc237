import { setTimeout as pause } from 'node:timers/promises';

import type { HttpConnection } from './http-connection.js';
import { upload } from './upload.js';

export type RegistryImportKind = 'bar-roll' | 'do-not-record';
export type RoutingImportKind = 'facilities' | 'roster' | 'allowed-numbers' | 'movements';
export type ImportKind = RegistryImportKind | RoutingImportKind;

export interface RejectedRow {
  readonly line: number;
  readonly field: string;
  readonly reason: string;
}

/** What a list, or a state's part of a bar roll, lost against its earlier files. */
export interface ListLosses {
  readonly scope: string;
  readonly entries: number;
  readonly departed: number;
  readonly departedBefore: number;
}

/** A do-not-record list beside all that was protected before it came; each number counts once. */
export interface ImportComparison {
  readonly known: number;
  /** Protected by nobody before. */
  readonly news: number;
  /** Protected here, and not in the file. */
  readonly missing: number;
}

/** A file beside all that is protected, row by row; nothing came of it. */
export interface ListDifference {
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  readonly rows: number;
  readonly known: number;
  /** Rows with a number that nobody protects here; `unknownLines` are the lines of the first thousand. */
  readonly unknown: number;
  readonly unknownLines: readonly number[];
  readonly rejected: number;
  /** Numbers protected here that the file does not have. */
  readonly missing: number;
  /** By who speaks of them. One that several speak of counts for each. */
  readonly missingBySource: Readonly<Record<string, number>>;
}

/** An entry that a list lost. `[forgotten]` stands for what nobody can open any more, null for what nobody wrote down. */
export type DepartedEntry = { readonly scope: string } & (
  | { readonly number: string | null; readonly protectedBy: readonly string[] }
  | {
      readonly attorney: string;
      readonly person:
        | { readonly barNumber: string; readonly last: string; readonly first: string; readonly firm: string }
        | '[forgotten]'
        | null;
      readonly numbers: readonly (string | null)[];
    }
);

export interface ImportReport {
  readonly importId: string;
  readonly kind: ImportKind;
  readonly state: 'reading' | 'applied' | 'held' | 'failed';
  readonly rows: number;
  readonly added: number;
  readonly unchanged: number;
  readonly ended: number;
  readonly rejected: readonly RejectedRow[];
  /** Of a list of who must not be recorded. Where too much was lost the import is held for a second person. */
  readonly losses?: readonly ListLosses[];
  /** Of a do-not-record list. */
  readonly comparison?: ImportComparison;
  readonly problem?: {
    readonly code: string;
    readonly detail?: string;
    readonly field?: string;
    readonly line?: number;
  };
}

export interface ImportOptions {
  /** The list's name, where there are several of a kind: each is compared with its own earlier files. */
  readonly list?: string;
  /** Told each report meanwhile. */
  readonly progress?: (report: ImportReport) => void;
}

const REGISTRY_KINDS: readonly string[] = ['bar-roll', 'do-not-record'];
const POLL_MS = 200;

/** Files that tell registry and routing what they know. */
export class Imports {
  constructor(private readonly http: HttpConnection) {}

  /** Uploads a CSV file. The same file again gives the same import id. */
  async start(
    kind: ImportKind,
    file: string,
    { list }: Pick<ImportOptions, 'list'> = {},
  ): Promise<{ readonly importId: string }> {
    const fields = list === undefined ? { kind } : { kind, list };
    return this.http.json('POST', pathOf(kind), { body: upload(fields, file) });
  }

  /** Holds a do-not-record list against all that is protected, and changes nothing; that somebody did is an event. */
  compare(file: string): Promise<ListDifference> {
    return this.http.json('POST', '/api/registry/comparisons', { body: upload({ kind: 'do-not-record' }, file) });
  }

  /** Whom a list lost by this file, opened; each page is an event. */
  difference(
    importId: string,
    page: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<{ readonly entries: readonly DepartedEntry[]; readonly next?: string }> {
    return this.http.json('GET', `/api/registry/imports/${encodeURIComponent(importId)}/difference`, { query: page });
  }

  async report(kind: ImportKind, importId: string): Promise<ImportReport> {
    return this.http.json('GET', `${pathOf(kind)}/${encodeURIComponent(importId)}`);
  }

  /** A second person believes a list that is held: not whoever sent it. */
  approve(importId: string): Promise<ImportReport> {
    return this.http.json('POST', `/api/registry/imports/${encodeURIComponent(importId)}/approval`);
  }

  /** Uploads and waits until the import is applied, held or failed. */
  async run(kind: ImportKind, file: string, { list, progress }: ImportOptions = {}): Promise<ImportReport> {
    const { importId } = await this.start(kind, file, list === undefined ? {} : { list });
    for (;;) {
      const report = await this.report(kind, importId);
      progress?.(report);
      if (report.state !== 'reading') return report;
      await pause(POLL_MS);
    }
  }
}

function pathOf(kind: ImportKind): string {
  return REGISTRY_KINDS.includes(kind) ? '/api/registry/imports' : '/api/routing/imports';
}
