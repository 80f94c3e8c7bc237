import type { KeyObject } from 'node:crypto';
import { HASH_SIZE } from './hashing.js';
import { LogRefused } from './log-refused.js';
import { openNote, signNote } from './signed-note.js';
import { decodeBase64, parseVkey, type VerifierKey } from './verifier-key.js';

/** What a log says about itself at one moment (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Names the log. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  readonly root: Buffer;
}

/** The text that is signed: origin, size, root, one a line. */
export function checkpointBody({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Signs a checkpoint as the log itself: the key's name is the origin. */
export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject): string {
  const body = checkpointBody(checkpoint);
  parseCheckpointBody(body);
  return signNote(body, checkpoint.origin, privateKey);
}

/** Reads the text of a checkpoint; extension lines are allowed and not read. @throws LogRefused `checkpoint-malformed` */
export function parseCheckpointBody(text: string): Checkpoint {
  const [origin, size, encodedRoot, ...extensions] = text.slice(0, -1).split('\n');
  const root = encodedRoot === undefined ? undefined : decodeBase64(encodedRoot);
  if (!text.endsWith('\n') || !origin || size === undefined || root === undefined || extensions.includes('')) {
    throw new LogRefused('checkpoint-malformed', 'a checkpoint is origin, size and root, one a line');
  }
  if (!/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new LogRefused('checkpoint-malformed', 'the size of a checkpoint is a decimal number of entries');
  }
  if (root.length !== HASH_SIZE) throw new LogRefused('checkpoint-malformed', 'the root of a checkpoint has 32 bytes');
  return { origin, size: Number(size), root };
}

/**
 * The checkpoint that `key` (or its one-line form) signed under its own origin.
 * @throws LogRefused for a malformed, unsigned or wrongly signed one, or one of another log
 */
export function openCheckpoint(note: string, key: VerifierKey | string): Checkpoint {
  const verifier = typeof key === 'string' ? parseVkey(key) : key;
  const checkpoint = parseCheckpointBody(openNote(note, verifier));
  if (checkpoint.origin !== verifier.name) {
    throw new LogRefused('checkpoint-malformed', `the checkpoint is of ${checkpoint.origin}, not of ${verifier.name}`);
  }
  return checkpoint;
}
