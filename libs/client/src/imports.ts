import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { HttpConnection } from './http-connection.js';

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
    const boundary = `privity-${randomUUID()}`;
    const fields = list === undefined ? { kind } : { kind, list };
    return this.http.json('POST', pathOf(kind), {
      body: { content: multipart(boundary, fields, file), type: `multipart/form-data; boundary=${boundary}` },
    });
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

async function* multipart(
  boundary: string,
  fields: Readonly<Record<string, string>>,
  file: string,
): AsyncGenerator<Uint8Array> {
  const before = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  yield Buffer.from(
    before.join('') +
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${fileName(file)}"\r\n` +
      'content-type: text/csv\r\n\r\n',
  );
  yield* createReadStream(file);
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

function fileName(file: string): string {
  return basename(file).replace(/[^\w.-]/g, '_');
}
