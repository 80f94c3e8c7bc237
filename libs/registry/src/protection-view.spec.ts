import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash, createHmac } from 'node:crypto';
import type { NumberProtected } from './events.js';
import { ProtectionView, ViewBroken } from './protection-view.js';

const key = Buffer.alloc(32, 7);
const change = { type: 'registry.AttorneyListingChanged', data: {} };
const protectedNumber = (index: string, more: Partial<NumberProtected['data']> = {}): NumberProtected => ({
  type: 'registry.NumberProtected',
  data: {
    index,
    source: { kind: 'do-not-record', ref: 'do-not-record' },
    category: 'unstated',
    basis: 'listed',
    since: '2020-01-01T00:00:00.000Z',
    ...more,
  },
});

/** The definition of the digest, without the view's code. */
function digestOf(...indexes: string[]): string {
  const shares = indexes.map((index) => BigInt(`0x${createHmac('sha256', key).update(index).digest('hex')}`));
  return (shares.reduce((a, b) => a + b, 0n) % 2n ** 256n).toString(16).padStart(64, '0');
}

describe('ProtectionView', () => {
  let view: ProtectionView;
  beforeEach(() => {
    view = new ProtectionView(key);
  });

  it('knows nobody before the first event', () => {
    expect(view.isProtected('e1.a')).toBeUndefined();
    expect(view.count).toBe(0);
    expect(view.positions()).toEqual(Array(12).fill(0));
    expect(view.shardDigest(11)).toEqual({ position: 0, count: 0, digest: '0'.repeat(64) });
    expect(view.digest()).toBe(
      createHash('sha256')
        .update('0'.repeat(64 * 12))
        .digest('hex'),
    );
  });

  it('joins what all sources say, the most restrictive first', () => {
    view.apply(3, 1, 'id1', protectedNumber('e1.a', { category: 'clergy' }));
    const staff = { kind: 'staff', ref: 'p1' } as const;
    const stricter = { category: 'hotline', source: staff, since: '2019-01-01T00:00:00.000Z' } as const;
    view.apply(3, 2, 'id2', protectedNumber('e1.a', stricter));
    expect(view.isProtected('e1.a')).toEqual({
      category: 'hotline',
      since: '2019-01-01T00:00:00.000Z',
      statements: [
        {
          source: { kind: 'do-not-record', ref: 'do-not-record' },
          category: 'clergy',
          since: '2020-01-01T00:00:00.000Z',
        },
        stricter,
      ],
    });
    expect(view.shardDigest(3)).toEqual({ position: 2, count: 1, digest: digestOf('e1.a') });
  });

  it('knows persons beside numbers: in the digest, and not in the count of numbers (T3, T4)', () => {
    view.apply(3, 1, 'id1', protectedNumber('e1.a'));
    view.apply(3, 2, 'id2', { type: 'registry.CallerProtected', data: protectedNumber('e1.person').data });
    expect(view.isProtected('e1.person')).toMatchObject({ category: 'unstated' });
    expect(view.count).toBe(1);
    expect(view.shardDigest(3)).toEqual({ position: 2, count: 1, digest: digestOf('e1.a', 'e1.person') });
    expect(view.persons).toBe(1);
    const at = (position: number) => Array.from({ length: 12 }, (_, shard) => (shard === 3 ? position : 0));
    expect([0, 1, 2].map((position) => view.personsAt(at(position)))).toEqual([0, 0, 1]);
    expect(view.personsAt(at(3))).toBeUndefined();
  });

  it('knows how many numbers a kind of source speaks of, and counts no person among them', () => {
    const staff = { kind: 'staff', ref: 'p1' } as const;
    const end = (index: string, of: 'number' | 'caller') => ({
      type: 'registry.ProtectionEnded',
      data: { of, index, source: staff, case: 'c', left: 0 },
    });
    const said = [
      protectedNumber('e1.a'),
      protectedNumber('e1.a', { source: staff }),
      protectedNumber('e1.a', { source: { kind: 'staff', ref: 'p2' } }),
      protectedNumber('e1.b', { source: staff }),
      { type: 'registry.CallerProtected', data: protectedNumber('e1.person', { source: staff }).data },
    ];
    said.forEach((event, i) => view.apply(3, i + 1, `id${i}`, event));
    expect(view.countBySource()).toEqual(
      new Map([
        ['do-not-record', 1],
        ['staff', 2],
      ]),
    );
    [end('e1.a', 'number'), end('e1.b', 'number'), end('e1.person', 'caller')].forEach((event, i) =>
      view.apply(3, 6 + i, `end${i}`, event),
    );
    // Another member of staff still speaks of the first.
    expect(view.countBySource().get('staff')).toBe(1);
    expect([view.count, view.persons]).toEqual([1, 0]);
  });

  it('finds a number under any of its epochs', () => {
    view.apply(0, 1, 'id1', protectedNumber('e1.a', { category: 'clergy' }));
    view.apply(1, 1, 'id2', protectedNumber('e2.a', { category: 'attorney' }));
    expect(view.find(['e2.a', 'e1.a'])?.category).toBe('attorney');
    expect(view.find(['e3.a'])).toBeUndefined();
    expect(view.find([])).toBeUndefined();
  });

  it('remembers what it was at earlier positions', () => {
    view.apply(0, 1, 'id1', protectedNumber('e1.a'));
    view.apply(0, 2, 'id2', change);
    view.apply(0, 3, 'id3', protectedNumber('e1.b'));
    expect([0, 1, 2, 3].map((position) => view.shardDigest(0, position)?.count)).toEqual([0, 1, 1, 2]);
    expect(view.shardDigest(0, 2)?.digest).toBe(digestOf('e1.a'));
    expect(view.shardDigest(0, 4)).toBeUndefined();
    const at2 = view.digestAt([2, ...Array<number>(11).fill(0)]);
    expect(at2).toBe(
      createHash('sha256')
        .update(digestOf('e1.a') + '0'.repeat(64 * 11))
        .digest('hex'),
    );
    expect(view.digestAt(Array(12).fill(1))).toBeUndefined();
  });

  it('remembers so many changes and no more', () => {
    const small = new ProtectionView(key, 4);
    for (let i = 1; i <= 100; i += 1) small.apply(0, i, `id${i}`, protectedNumber(`e1.${i}`));
    expect(small.shardDigest(0, 1)).toBeUndefined();
    expect([97, 98, 99, 100].map((position) => small.shardDigest(0, position)?.count)).toEqual([97, 98, 99, 100]);
  });

  it('skips what it has applied', () => {
    view.apply(0, 1, 'id1', protectedNumber('e1.a'));
    view.apply(0, 1, 'id1', protectedNumber('e1.a'));
    expect(view.shardDigest(0)).toEqual({ position: 1, count: 1, digest: digestOf('e1.a') });
  });

  it('stops at a gap and at a history that was rewritten', () => {
    view.apply(0, 1, 'id1', protectedNumber('e1.a'));
    expect(() => view.apply(0, 3, 'id3', protectedNumber('e1.c'))).toThrow(ViewBroken);
    expect(() => view.apply(0, 1, 'other', protectedNumber('e1.b'))).toThrow(ViewBroken);
    expect(() => view.apply(12, 1, 'id', change)).toThrow(RangeError);
  });

  it('has a digest that depends on the entries alone, not on their order or their shard clock', () => {
    const indexes = fc.array(fc.nat(30), { maxLength: 40 });
    fc.assert(
      fc.property(indexes, (numbers) => {
        const one = viewOf(numbers);
        const other = viewOf([...numbers].reverse());
        const names = [...new Set(numbers)].map((n) => `e1.${n}`);
        expect(one.shardDigest(0)).toEqual({
          position: numbers.length,
          count: names.length,
          digest: digestOf(...names),
        });
        expect(other.digest()).toBe(one.digest());
      }),
    );
  });

  it('never unprotects, whatever comes: a longer history protects all that a shorter one did', () => {
    const history = fc.array(fc.oneof(fc.nat(10), fc.constant('noise' as const)), { maxLength: 40 });
    fc.assert(
      fc.property(history, (entries) => {
        const seen = new Set<string>();
        entries.forEach((entry, i) => {
          const event = entry === 'noise' ? change : protectedNumber(`e1.${entry}`);
          if (entry !== 'noise') seen.add(`e1.${entry}`);
          view.apply(5, view.positions()[5]! + 1, `id${i}`, event);
          for (const index of seen) expect(view.isProtected(index)).toBeDefined();
        });
      }),
    );
  });

  it('replays to the live view', () => {
    const live = new ProtectionView(key);
    const steps = fc.sample(fc.tuple(fc.nat(11), fc.nat(50)), { numRuns: 200, seed: 1 });
    const log: [number, number, number][] = [];
    for (const [shard, n] of steps) {
      const position = live.positions()[shard]! + 1;
      live.apply(shard, position, `${shard}:${position}`, protectedNumber(`e1.${n}`));
      log.push([shard, position, n]);
    }
    const replayed = new ProtectionView(key);
    for (const [shard, position, n] of log.sort(([a], [b]) => a - b)) {
      replayed.apply(shard, position, `${shard}:${position}`, protectedNumber(`e1.${n}`));
    }
    expect(replayed.positions()).toEqual(live.positions());
    for (const [, , n] of log) expect(replayed.isProtected(`e1.${n}`)).toEqual(live.isProtected(`e1.${n}`));
  });
});

function viewOf(numbers: readonly number[]): ProtectionView {
  const view = new ProtectionView(key);
  numbers.forEach((n, i) => view.apply(0, i + 1, `id${i}`, protectedNumber(`e1.${n}`)));
  return view;
}
