import { beforeEach, describe, expect, it } from '@jest/globals';
import { attestationDifferences, attestedHour } from './attestation.js';
import type { RegistryAttested } from './events.js';
import { ProtectionView } from './protection-view.js';

const key = Buffer.alloc(32, 7);

function protects(type: 'NumberProtected' | 'CallerProtected', index: string) {
  const source = { kind: 'staff', ref: index } as const;
  return {
    type: `registry.${type}`,
    data: { index, source, category: 'unstated', basis: 'x', since: '2020-01-01T00:00:00.000Z' },
  };
}

describe('an attestation', () => {
  let view: ProtectionView;
  let attested: RegistryAttested['data'];
  beforeEach(() => {
    view = new ProtectionView(key, Infinity);
    view.apply(0, 1, 'a', protects('NumberProtected', 'e1.a'));
    view.apply(5, 1, 'b', protects('CallerProtected', 'e1.b'));
    const shards = Array.from({ length: 12 }, (_, shard) => view.shardDigest(shard)!);
    const { count, persons } = view;
    attested = { hour: '2026-01-01T00:00:00.000Z', count, persons, digest: view.digest(), shards };
    // What came later is no part of it.
    view.apply(0, 2, 'c', protects('NumberProtected', 'e1.c'));
    view.apply(5, 2, 'd', protects('CallerProtected', 'e1.d'));
  });
  const fields = (data: RegistryAttested['data'], replayed = view) =>
    attestationDifferences(replayed, data).map(({ field }) => field);

  it('follows from the events up to its positions', () => {
    expect(attested).toMatchObject({ count: 1, persons: 1 });
    expect(attestationDifferences(view, attested)).toEqual([]);
  });

  it('that says otherwise is told, field by field', () => {
    const digest = 'f'.repeat(64);
    expect(fields({ ...attested, count: 2 })).toEqual(['data.count']);
    expect(fields({ ...attested, persons: 0 })).toEqual(['data.persons']);
    expect(attestationDifferences(view, { ...attested, digest })).toEqual([
      { field: 'data.digest', live: `"${digest}"`, derived: `"${attested.digest}"` },
    ]);
    const shards = attested.shards.map((shard, i) => (i === 5 ? { ...shard, digest } : shard));
    expect(fields({ ...attested, shards })).toEqual(['data.shards.5']);
  });

  it('of a registry that knew more than the log has does not follow', () => {
    const short = new ProtectionView(key, Infinity);
    short.apply(0, 1, 'a', protects('NumberProtected', 'e1.a'));
    expect(fields(attested, short)).toEqual(['data.count', 'data.persons', 'data.digest', 'data.shards.5']);
  });

  it('is of the hour that has begun', () => {
    expect(attestedHour('2026-03-01T10:59:59.999Z', 3_600_000)).toBe('2026-03-01T10:00:00.000Z');
    expect(attestedHour('2026-03-01T11:00:00.000Z', 3_600_000)).toBe('2026-03-01T11:00:00.000Z');
  });
});
