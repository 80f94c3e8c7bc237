import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { lengthPrefixed } from './framing.js';
import { PrivityError } from './problem.js';

/** Personal data inside an event: AES-256-GCM, base64url throughout, the 16-byte tag appended to `ct`. */
export interface SealedValue {
  /** Id of the key that opens it; never the key, never the person. */
  readonly kid: string;
  readonly iv: string;
  readonly ct: string;
}

/** What a sealed value reads as once its key is destroyed: the event stays, the person is forgotten. */
export class Forgotten {
  constructor(readonly kid: string) {}

  toString(): string {
    return '[forgotten]';
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The key is there but does not open the value: altered, moved to another place, or another key. Never forgotten. */
export class SealBroken extends PrivityError {
  constructor(kid: string, cause?: unknown) {
    super('seal-broken', 500, `a sealed value under key ${kid} does not open`, { cause });
  }
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** A draw for each seal had cost as much as the sealing; they are no secret, and each is used once. */
const IVS_AHEAD = 256;
let ivs = Buffer.alloc(0);

/** `context` names the place (stream and field): a value copied to another place does not open there. */
export function seal(plain: string, key: { readonly kid: string; readonly key: Buffer }, context: string): SealedValue {
  const iv = freshIv();
  const cipher = createCipheriv('aes-256-gcm', key.key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(lengthPrefixed(key.kid, context));
  const ct = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { kid: key.kid, iv: iv.toString('base64url'), ct: ct.toString('base64url') };
}

/**
 * Opens a sealed value. `key` undefined means that the key store says it is destroyed: Forgotten.
 * Throws SealBroken when the key does not open the value.
 */
export function unseal(value: SealedValue, key: Buffer | undefined, context: string): string | Forgotten {
  if (key === undefined) return new Forgotten(value.kid);
  try {
    const ct = canonical(value.ct);
    const iv = canonical(value.iv);
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(lengthPrefixed(value.kid, context));
    decipher.setAuthTag(ct.subarray(-TAG_BYTES));
    return decipher.update(ct.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch (error) {
    throw new SealBroken(value.kid, error);
  }
}

function freshIv(): Buffer {
  if (ivs.length === 0) ivs = randomBytes(IV_BYTES * IVS_AHEAD);
  const iv = ivs.subarray(0, IV_BYTES);
  ivs = ivs.subarray(IV_BYTES);
  return iv;
}

/** Refuses the other spellings that a lenient decoder takes for the same bytes: a sealed value has one text. */
function canonical(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new TypeError('not canonical base64url');
  return bytes;
}
