import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { ProtectionSource } from './events.js';
import { ListComparison } from './list-comparison.js';
import { ProtectionView } from './protection-view.js';

const indexOf = (n: number, epoch = 'e1') =>
  `${epoch}.${createHash('sha256').update(`${epoch} ${n}`).digest('base64url')}`;

describe('a list beside the registry (T9)', () => {
  let view: ProtectionView;
  beforeEach(() => {
    view = new ProtectionView(Buffer.alloc(32, 7));
  });
  const protect = (index: string, kind: ProtectionSource['kind']) => {
    const source = { kind, ref: kind };
    const data = { index, source, category: 'unstated', basis: 'x', since: '2020-01-01T00:00:00.000Z' };
    const position = (view.positions()[0] ?? 0) + 1;
    view.apply(0, position, `id${position}`, { type: 'registry.NumberProtected', data });
  };
  const compare = (...rows: readonly (readonly string[] | undefined)[]) => {
    const comparison = new ListComparison(view);
    rows.forEach((candidates, i) => (candidates ? comparison.row(i + 2, candidates) : comparison.reject()));
    return comparison.difference();
  };

  it('tells which rows nobody protects, and how many numbers it lacks, by source', () => {
    protect(indexOf(1), 'bar-roll');
    protect(indexOf(2), 'bar-roll');
    protect(indexOf(2), 'do-not-record');
    protect(indexOf(3), 'staff');
    expect(compare([indexOf(2)], undefined, [indexOf(9)], [indexOf(2)], [indexOf(8)])).toEqual({
      ...{ rows: 5, known: 2, unknown: 2, rejected: 1, unknownLines: [4, 6], missing: 2 },
      missingBySource: { 'bar-roll': 1, 'do-not-record': 0, staff: 1 },
    });
  });

  it('of nothing lacks everything', () => {
    protect(indexOf(1), 'staff');
    expect(compare()).toMatchObject({ rows: 0, missing: 1, missingBySource: { staff: 1 } });
  });

  it('knows a number under whichever epoch it stands', () => {
    protect(indexOf(1, 'e1'), 'staff');
    protect(indexOf(1, 'e2'), 'staff');
    protect(indexOf(2, 'e1'), 'staff');
    expect(compare([indexOf(1, 'e2'), indexOf(1, 'e1')], [indexOf(3, 'e2'), indexOf(3, 'e1')])).toMatchObject({
      ...{ known: 1, unknown: 1, missing: 1 },
    });
  });

  it('lists a thousand lines and counts all', () => {
    const { unknown, unknownLines } = compare(...Array.from({ length: 1_500 }, (_, n) => [indexOf(n)]));
    expect([unknown, unknownLines.length, unknownLines.at(-1)]).toEqual([1_500, 1_000, 1_001]);
  });
});
