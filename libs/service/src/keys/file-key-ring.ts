import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { PrivityError, seal, unseal, type EpochKey, type KeyRing, type SealedValue } from '@privity/kernel';

import {
  KeyFileError,
  readMasterKey,
  replaceFile,
  requirePrivate,
  writeNewFile,
  type KeyEnvironment,
} from './key-files.js';

/** `ring.json`: epochs per purpose, newest last; a destroyed epoch keeps its name, so that it is never given again. */
interface RingFile {
  readonly version: 1;
  readonly purposes: Record<string, { epoch: string; wrapped: SealedValue | null }[]>;
}

/** The folder has no key for this purpose: the service was started with somebody else's folder. */
export class UnknownPurpose extends PrivityError {
  constructor(purpose: string) {
    super('key-purpose-unknown', 500, `no live key for purpose "${purpose}"`);
  }
}

const SHOULD_LOOK_AGAIN_MS = 1_000;

/**
 * Epoch keys in `<folder>/ring.json`, each wrapped by the folder's master key. Three services read the index ring, so
 * the file is looked at again every second: an epoch destroyed by one is gone for the others a second later.
 */
export class FileKeyRing implements KeyRing {
  private keys = new Map<string, readonly EpochKey[]>();
  private stamp = '';
  private lookedAt = -Infinity;

  private constructor(
    private readonly path: string,
    private readonly master: Buffer,
  ) {}

  /** @throws KeyFileError where a file is missing, malformed or open to others. */
  static open(folder: string, env: KeyEnvironment = {}): FileKeyRing {
    requirePrivate(folder);
    const ring = new FileKeyRing(join(folder, 'ring.json'), readMasterKey(folder, env));
    ring.refresh();
    return ring;
  }

  /** Adds what is missing; existing purposes are left as they are. */
  static provision(folder: string, master: Buffer, purposes: readonly string[]): void {
    const path = join(folder, 'ring.json');
    writeNewFile(path, JSON.stringify({ version: 1, purposes: {} } satisfies RingFile), 0o600);
    const file = readRing(path);
    const missing = purposes.filter((purpose) => file.purposes[purpose] === undefined);
    if (missing.length === 0) return;
    for (const purpose of missing) file.purposes[purpose] = [newEpoch(purpose, 1, master)];
    replaceFile(path, JSON.stringify(file, null, 2), 0o600);
  }

  current(purpose: string): EpochKey {
    const [newest] = this.live(purpose);
    if (newest === undefined) throw new UnknownPurpose(purpose);
    return newest;
  }

  live(purpose: string): readonly EpochKey[] {
    this.refresh();
    const keys = this.keys.get(purpose);
    if (keys === undefined) throw new UnknownPurpose(purpose);
    return keys;
  }

  /** Begins a new epoch; new values are made under it, older ones stay readable. */
  rotate(purpose: string): Promise<EpochKey> {
    return this.change(purpose, () => undefined);
  }

  /** Forgets an epoch for ever (P10). Where it was the current one, a new one begins. Idempotent. */
  async destroy(purpose: string, epoch: string): Promise<void> {
    await this.change(purpose, (epochs) => {
      const entry = epochs.find((candidate) => candidate.epoch === epoch);
      if (entry === undefined) throw new UnknownPurpose(`${purpose} epoch ${epoch}`);
      entry.wrapped = null;
      return epochs.at(-1)?.wrapped === null ? undefined : 'keep';
    });
  }

  /** Synchronous from reading to replacing, so that two changes in one process never lose one. */
  private async change(
    purpose: string,
    edit: (epochs: { epoch: string; wrapped: SealedValue | null }[]) => 'keep' | undefined,
  ): Promise<EpochKey> {
    const file = readRing(this.path);
    const epochs = file.purposes[purpose];
    if (epochs === undefined) throw new UnknownPurpose(purpose);
    if (edit(epochs) !== 'keep') epochs.push(newEpoch(purpose, epochs.length + 1, this.master));
    replaceFile(this.path, JSON.stringify(file, null, 2), 0o600);
    this.lookedAt = -Infinity;
    return this.current(purpose);
  }

  private refresh(): void {
    const now = performance.now();
    if (now - this.lookedAt < SHOULD_LOOK_AGAIN_MS) return;
    const { mtimeMs, ino, size } = statSync(this.path);
    const stamp = `${ino}:${mtimeMs}:${size}`;
    if (stamp !== this.stamp) {
      requirePrivate(this.path);
      this.keys = this.unwrap(readRing(this.path));
      this.stamp = stamp;
    }
    this.lookedAt = now;
  }

  private unwrap(file: RingFile): Map<string, readonly EpochKey[]> {
    const keys = new Map<string, readonly EpochKey[]>();
    for (const [purpose, epochs] of Object.entries(file.purposes)) {
      const live: EpochKey[] = [];
      for (const { epoch, wrapped } of epochs) {
        if (wrapped === null) continue;
        const text = unseal(wrapped, this.master, wrapContext(purpose, epoch));
        if (typeof text !== 'string') continue;
        live.unshift({ epoch, key: Buffer.from(text, 'base64url') });
      }
      keys.set(purpose, live);
    }
    return keys;
  }
}

function newEpoch(purpose: string, number: number, master: Buffer): { epoch: string; wrapped: SealedValue } {
  const epoch = `e${number}`;
  const key = randomBytes(32).toString('base64url');
  return { epoch, wrapped: seal(key, { kid: 'master', key: master }, wrapContext(purpose, epoch)) };
}

/** A wrapped key copied to another purpose or epoch does not open there. */
function wrapContext(purpose: string, epoch: string): string {
  return `key-ring:${purpose}:${epoch}`;
}

function readRing(path: string): RingFile {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as RingFile;
    if (file.version !== 1) throw new KeyFileError(`${path} has an unknown version`);
    return file;
  } catch (error) {
    if (error instanceof KeyFileError) throw error;
    throw new KeyFileError(`${path} is not a key ring`, error);
  }
}
