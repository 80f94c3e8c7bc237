import { createHmac } from 'node:crypto';
import type { BlindIndex } from '@privity/kernel';

const MODULUS = 1n << 256n;

/** One entry's share: keyed, so that the difference of two published digests reveals nothing about the entry. */
export function entryShare(key: Buffer, index: BlindIndex): bigint {
  return BigInt(`0x${createHmac('sha256', key).update(index, 'utf8').digest('hex')}`);
}

/**
 * The same for an entry of a list, under another name: were it the view's own share, the certificate of a list with one
 * number would tell when heartbeats began to count that number.
 */
export function listEntryShare(key: Buffer, entry: string): bigint {
  return entryShare(key, `list:${entry}`);
}

/** A sum, because entries must count the same in whatever order they arrived. */
export function addShare(sum: bigint, share: bigint): bigint {
  return (sum + share) % MODULUS;
}

/** The share that takes an entry out again. */
export function withdrawn(share: bigint): bigint {
  return (MODULUS - share) % MODULUS;
}

export function digestHex(sum: bigint): string {
  return sum.toString(16).padStart(64, '0');
}
