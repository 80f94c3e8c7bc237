import type { BlindIndex } from '@privity/kernel';

const FIRST_ROOM = 1024;
/** Characters of base64url in the ten bytes from which eight are taken. */
const PREFIX = 14;

/**
 * Which blind indexes were met before, by 64 bits of each: sixteen to thirty-two bytes an index where a set of strings
 * takes a hundred. They are keyed hashes, so nobody can choose two that meet; among a million they do once in 37 million.
 */
export class IndexSet {
  private slots = new BigUint64Array(FIRST_ROOM);
  private size = 0;

  /** @returns whether it is new */
  add(index: BlindIndex): boolean {
    const print = printOf(index);
    const slot = this.slotOf(print);
    if (this.slots[slot] === print) return false;
    this.slots[slot] = print;
    this.size += 1;
    if (2 * this.size > this.slots.length) this.grow();
    return true;
  }

  private slotOf(print: bigint): number {
    const last = this.slots.length - 1;
    let slot = Number(BigInt.asUintN(32, print)) & last;
    while (this.slots[slot] !== 0n && this.slots[slot] !== print) slot = (slot + 1) & last;
    return slot;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new BigUint64Array(2 * before.length);
    for (const print of before) if (print !== 0n) this.slots[this.slotOf(print)] = print;
  }
}

/** Never 0, which is an empty slot. */
function printOf(index: BlindIndex): bigint {
  const hash = index.slice(index.indexOf('.') + 1);
  return Buffer.from(hash.slice(0, PREFIX), 'base64url').readBigUInt64LE() || 1n;
}
