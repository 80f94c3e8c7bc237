import { createHmac } from 'node:crypto';
import type { EpochKey, KeyRing } from './keys.js';

/** `<epoch>.<base64url of HMAC-SHA-256 under that epoch's key>`: equal for equal values, says nothing without the key. */
export type BlindIndex = string;

const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/;

export function isBlindIndex(text: string): boolean {
  return FORM.test(text);
}

/** Makes and looks up blind indexes for one purpose (`number-index`, `caller-index`). Values go in normalised. */
export class BlindIndexer {
  constructor(
    private readonly ring: KeyRing,
    private readonly purpose: string,
  ) {}

  /** The index under the current epoch: what new events carry. */
  index(value: string): BlindIndex {
    return indexUnder(this.ring.current(this.purpose), value);
  }

  /** The index under every live epoch: what a look-up must try, since older events carry older epochs. The current one first. */
  candidates(value: string): BlindIndex[] {
    return this.ring.live(this.purpose).map((key) => indexUnder(key, value));
  }
}

function indexUnder({ epoch, key }: EpochKey, value: string): BlindIndex {
  return `${epoch}.${createHmac('sha256', key).update(value, 'utf8').digest('base64url')}`;
}
