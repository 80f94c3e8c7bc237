import type { PrivityClient } from '@privity/client';
import { ProblemError } from '@privity/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failed } from '../failures.js';

/** One line of a recording's access history. */
interface Access {
  readonly kind?: string;
  readonly person?: string;
  readonly [more: string]: unknown;
}

export interface Listeners {
  /** Role investigator. */
  readonly investigator: PrivityClient;
  /** A token without the right to listen. */
  readonly outsider: PrivityClient;
  readonly auditor: PrivityClient;
}

const PURPOSE = 'main job: does the audio come back as it was sent';

/**
 * One person listens and one is refused; both must stand in the recording's history of accesses (P4).
 * @param expected the bytes that were sent
 * @returns what is wrong; empty: nothing
 */
export async function checkListening(
  { investigator, outsider, auditor }: Listeners,
  recording: string,
  expected: Buffer,
): Promise<string[]> {
  const wrong: string[] = [];
  const { playbackId } = await investigator.recordings.play(recording, { purpose: PURPOSE });
  const heard = await investigator.recordings.audio(playbackId);
  if (!heard.equals(expected)) wrong.push(`what was played of ${recording} is not what was sent`);
  const refused = await outsider.recordings.play(recording, { purpose: PURPOSE }).then(
    () => false,
    (error: unknown) => error instanceof ProblemError && (error.status === 403 || error.status === 404),
  );
  if (!refused) wrong.push(`a person without the right was let listen to ${recording}`);
  const missing = await missingFromHistory(auditor, recording);
  if (missing.length > 0) wrong.push(`the history of ${recording} lacks ${missing.join(' and ')}`);
  return wrong;
}

async function missingFromHistory(auditor: PrivityClient, recording: string): Promise<string[]> {
  for (const deadline = Date.now() + 30_000; ; await sleep(200)) {
    const { accesses } = await auditor.audit.accesses<{ accesses: Access[] }>({ recording, limit: 200 });
    const kinds = accesses.map(({ kind }) => kind);
    const missing = ['granted', 'refused'].filter((kind) => !kinds.includes(kind));
    if (missing.length === 0 || Date.now() > deadline) return missing;
  }
}

/** Answer of the vault: what is in it, and which recordings are not as their events say. */
export interface VaultCheck {
  readonly objects: number;
  readonly bytes: number;
  readonly mismatches: readonly string[];
}

/**
 * Every recording decrypted inside the vault and compared with its digest; again while one does not match: what a recorder
 * could not end because its store was away, it ends a little later.
 * @param patienceMs how long
 */
export async function checkVault(client: PrivityClient, patienceMs: number): Promise<VaultCheck> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(1_000)) {
    const answer = await client.request<Partial<VaultCheck>>('POST', '/api/recordings/checks');
    const { objects, bytes, mismatches } = answer;
    if (objects === undefined || bytes === undefined || mismatches === undefined) {
      throw new Failed('the vault gave no answer that can be read to the check of its recordings');
    }
    if (mismatches.length === 0 || Date.now() > deadline) return { objects, bytes, mismatches };
  }
}
