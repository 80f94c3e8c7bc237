import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import type { ShardHead } from './event.js';

/** What the store last was: which cluster and timeline (`<system identifier>/<timeline>`), and how far each shard went. */
export interface MarkedStore {
  readonly identity: string;
  readonly heads: readonly ShardHead[];
}

/**
 * Where the mark is kept. It must be outside the database and its backups: a row would be restored with the rest and
 * agree with it.
 */
export interface StoreMark {
  read(): Promise<MarkedStore | undefined>;
  /** @param lossAccepted a person decided that what was known beyond this is gone */
  write(store: MarkedStore, lossAccepted?: boolean): Promise<void>;
}

/** A small JSON file, replaced as a whole. Replicas of a service may share it: none takes back what another one knew. */
export class FileMark implements StoreMark {
  constructor(private readonly path: string) {}

  async read(): Promise<MarkedStore | undefined> {
    try {
      return JSON.parse(await readFile(this.path, 'utf8')) as MarkedStore;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(known: MarkedStore, lossAccepted = false): Promise<void> {
    const store = lossAccepted ? known : furthest(known, await this.read());
    const draft = `${this.path}.${randomUUID()}`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(store));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.path);
  }
}

/** A replica knows the heads of its own appends, and those of others only up to when it was opened. */
function furthest(known: MarkedStore, written: MarkedStore | undefined): MarkedStore {
  if (written?.identity !== known.identity) return known;
  const heads = new Map(known.heads.map((head) => [head.shard, head]));
  for (const head of written.heads) {
    if (head.position > (heads.get(head.shard)?.position ?? -1)) heads.set(head.shard, head);
  }
  return { identity: known.identity, heads: [...heads.values()] };
}
