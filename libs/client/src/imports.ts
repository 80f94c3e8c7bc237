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

export interface ImportReport {
  readonly importId: string;
  readonly kind: ImportKind;
  readonly state: 'reading' | 'applied' | 'held' | 'failed';
  readonly rows: number;
  readonly added: number;
  readonly unchanged: number;
  readonly ended: number;
  readonly rejected: readonly RejectedRow[];
  readonly problem?: {
    readonly code: string;
    readonly detail?: string;
    readonly field?: string;
    readonly line?: number;
  };
}

const REGISTRY_KINDS: readonly string[] = ['bar-roll', 'do-not-record'];
const POLL_MS = 200;

/** Files that tell registry and routing what they know. */
export class Imports {
  constructor(private readonly http: HttpConnection) {}

  /** Uploads a CSV file. The same file again gives the same import id. */
  async start(kind: ImportKind, file: string): Promise<{ readonly importId: string }> {
    const boundary = `privity-${randomUUID()}`;
    return this.http.json('POST', pathOf(kind), {
      body: { content: multipart(boundary, kind, file), type: `multipart/form-data; boundary=${boundary}` },
    });
  }

  async report(kind: ImportKind, importId: string): Promise<ImportReport> {
    return this.http.json('GET', `${pathOf(kind)}/${encodeURIComponent(importId)}`);
  }

  /** Uploads and waits until the import is applied, held or failed. `progress` is told each report meanwhile. */
  async run(kind: ImportKind, file: string, progress?: (report: ImportReport) => void): Promise<ImportReport> {
    const { importId } = await this.start(kind, file);
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

async function* multipart(boundary: string, kind: ImportKind, file: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="kind"\r\n\r\n${kind}\r\n` +
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${fileName(file)}"\r\n` +
      'content-type: text/csv\r\n\r\n',
  );
  yield* createReadStream(file);
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

function fileName(file: string): string {
  return basename(file).replace(/[^\w.-]/g, '_');
}
