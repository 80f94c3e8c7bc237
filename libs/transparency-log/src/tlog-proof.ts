import { openCheckpoint } from './checkpoint.js';
import { HASH_SIZE, leafHash } from './hashing.js';
import { LogRefused } from './log-refused.js';
import { verifyInclusion } from './proof-verification.js';
import { decodeBase64, type VerifierKey } from './verifier-key.js';

/** A self-contained proof that an entry is in a log (c2sp.org/tlog-proof@v1). */
export interface TlogProof {
  /** Opaque and not authenticated. */
  readonly extra?: Buffer;
  readonly index: number;
  /** Leaf's sibling first. */
  readonly hashes: readonly Buffer[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const lines = [FIRST_LINE];
  if (extra !== undefined) lines.push(`extra ${extra.toString('base64')}`);
  lines.push(`index ${index}`, ...hashes.map((hash) => hash.toString('base64')));
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Takes a proof apart without believing it. @throws LogRefused `proof-malformed` */
export function parseTlogProof(text: string): TlogProof {
  const blank = text.indexOf('\n\n');
  const [first, ...lines] = text.slice(0, Math.max(blank, 0)).split('\n');
  if (first !== FIRST_LINE) throw malformed(`the first line is not ${FIRST_LINE}`);
  let extra: Buffer | undefined;
  if (lines[0]?.startsWith('extra ')) {
    extra = decodeBase64(lines.shift()?.slice('extra '.length) ?? '');
    if (extra === undefined) throw malformed('the extra data is not base64');
  }
  const [, digits] = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '') ?? [];
  const index = Number(digits);
  if (!Number.isSafeInteger(index)) throw malformed('the line "index <number>" is missing');
  const hashes = lines.map((line) => {
    const hash = decodeBase64(line);
    if (hash?.length !== HASH_SIZE) throw malformed('a line of the proof is not a hash in base64');
    return hash;
  });
  const checkpoint = text.slice(blank + 2);
  return { ...(extra === undefined ? {} : { extra }), index, hashes, checkpoint };
}

/** What a verified proof established. */
export interface ProvenEntry {
  readonly origin: string;
  readonly index: number;
  /** Size of the tree the proof is for. */
  readonly size: number;
  readonly root: Buffer;
}

/**
 * Checks a proof for the bytes of an entry (a string stands for its UTF-8 bytes) against the log's verifier key.
 * @throws LogRefused
 */
export function verifyTlogProof(
  proofText: string,
  entry: string | Uint8Array,
  vkey: string | VerifierKey,
): ProvenEntry {
  const { index, hashes, checkpoint } = parseTlogProof(proofText);
  const { origin, size, root } = openCheckpoint(checkpoint, vkey);
  verifyInclusion({ index, size, leafHash: leafHash(entry), root, proof: hashes });
  return { origin, index, size, root };
}

function malformed(message: string): LogRefused {
  return new LogRefused('proof-malformed', message);
}
