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
  write(store: MarkedStore): Promise<void>;
}

/** A small JSON file, replaced as a whole; one for each process, in its own data folder. */
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

  async write(store: MarkedStore): Promise<void> {
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
