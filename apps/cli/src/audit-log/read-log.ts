import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivityClient } from '@privity/client';
import { parseEnvelope } from '@privity/event-store';
import { keyFolders } from '@privity/service/installation';
import {
  openCheckpoint,
  parseVkey,
  TILE_WIDTH,
  tileWidth,
  verifyLog,
  type VerifierKey,
} from '@privity/transparency-log';
import type { DataDir } from '../data-dir.js';

/** One entry of the log, an event's bytes as they were hashed. */
export interface LogEntry {
  readonly index: number;
  readonly text: string;
}

export interface LogRead {
  /** Entries under the checkpoint. */
  readonly size: number;
  /** The root computed from the entries' bytes is the one that was signed. */
  readonly rootOk: boolean;
}

const BUNDLES_AT_ONCE = 4;

/** The key that the log's checkpoints are signed with, as this installation trusts it. */
export async function logKey(dataDir: DataDir): Promise<VerifierKey> {
  return parseVkey(await readFile(join(keyFolders(dataDir.root).trust, 'log.vkey'), 'utf8'));
}

/**
 * Reads the whole log through the public port, hands every entry on in order, and recomputes the root from the bytes.
 * @throws LogRefused for a checkpoint that this key did not sign, or entries that are missing or malformed
 */
export async function readLog(
  client: PrivityClient,
  vkey: VerifierKey,
  onEntry: (entry: LogEntry) => void,
  progress: (entries: number, of: number) => void = () => undefined,
): Promise<LogRead> {
  const checkpoint = await client.audit.checkpoint();
  const { size } = openCheckpoint(checkpoint, vkey);
  const { rootOk } = await verifyLog({
    checkpoint,
    vkey,
    bundles: bundles(client, size),
    onEntry: (entry, index) => {
      if (index % 5_000 === 0) progress(index, size);
      onEntry({ index, text: entry.toString('utf8') });
    },
  });
  return { size, rootOk };
}

/** Fetches a few bundles ahead of the one that is being hashed. */
async function* bundles(client: PrivityClient, size: number): AsyncGenerator<Buffer> {
  const ahead: Promise<Buffer>[] = [];
  const count = Math.ceil(size / TILE_WIDTH);
  for (let index = 0; index < count || ahead.length > 0; index++) {
    if (index < count) {
      const width = tileWidth('entries', index, size);
      const bundle = client.audit.entries(index, width === TILE_WIDTH ? undefined : width);
      bundle.catch(() => undefined);
      ahead.push(bundle);
    }
    if (ahead.length >= BUNDLES_AT_ONCE || index >= count - 1) {
      const first = ahead.shift();
      if (first) yield await first;
    }
  }
}

/** Where an event stands: source, shard and position. */
export function placeOf(text: string): { readonly source: string; readonly shard: number; readonly position: number } {
  const { source, shard, position } = parseEnvelope(text);
  return { source, shard, position: Number(position) };
}
