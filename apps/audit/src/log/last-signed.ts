import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceConfig } from '@privity/service';
import { openCheckpoint, type VerifierKey } from '@privity/transparency-log';
import type { SignedHead } from './log-store.js';

/**
 * The checkpoint that this process signed last, in a file beside the key that signs: outside the database and its
 * backups. A restored database integrates anew what it lost, in another order, and knows nothing of what was signed over
 * it; whoever keeps the old checkpoint would hold proof of two logs.
 */
export class LastSigned {
  constructor(private readonly path: string) {}

  static beside({ keysDir }: ServiceConfig): LastSigned {
    return new LastSigned(join(keysDir, 'log.signed'));
  }

  /** @throws LogRefused for a note that this key did not sign */
  async read(verifier: VerifierKey): Promise<SignedHead | undefined> {
    const note = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (note === undefined) return undefined;
    const { size, root } = openCheckpoint(note, verifier);
    return { size, root, note };
  }

  /** On disk, whole, before it resolves. */
  async write({ note }: SignedHead): Promise<void> {
    const draft = `${this.path}.${randomUUID()}`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(note);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.path);
  }
}
