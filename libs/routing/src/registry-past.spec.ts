import { describe, expect, it } from '@jest/globals';
import { type BlindIndex, SHARDS, uuidv7 } from '@privity/kernel';
import { ProtectionView } from '@privity/registry';
import { RegistryPast } from './registry-past.js';

describe('the registry as it was', () => {
  it('has the figures of the positions that are asked for, whichever were asked for before', () => {
    const past = new RegistryPast(new ProtectionView(Buffer.alloc(32, 1), Infinity));
    const index = 'e1.a' as BlindIndex;
    const source = { kind: 'staff', ref: 'x' };
    const data = { index, source, category: 'attorney', basis: 'x', since: '2026-01-01T00:00:00.000Z' };
    past.apply(3, 1, uuidv7(), { type: 'registry.NumberProtected', data });
    const protectedAt = (positions: readonly number[]) =>
      past.at(positions, { ageMs: 0, state: 'fresh' }).used.protectedNumbers;
    const order = { index: 'e1.c', source, category: 'court', basis: 'x', since: data.since };
    past.apply(5, 1, uuidv7(), { type: 'registry.CallerProtected', data: order });
    const none = new Array<number>(SHARDS).fill(0);
    const one = none.with(3, 1);
    expect([[], one, none, one].map(protectedAt)).toEqual([0, 1, 0, 1]);
    // A person is no number, and is protected from their own position on.
    const person = none.with(5, 1);
    expect([none, person].map((at) => past.at(at, { ageMs: 0, state: 'fresh' }).standing('e1.c'))).toEqual([
      undefined,
      'protected',
    ]);
    expect(protectedAt(person)).toBe(0);
  });

  it('knows how each number stood before and after its protection ended', () => {
    const past = new RegistryPast(new ProtectionView(Buffer.alloc(32, 1), Infinity));
    const [staff, list] = [
      { kind: 'staff', ref: 'x' },
      { kind: 'do-not-record', ref: 'y' },
    ];
    const said = { index: 'e1.a', basis: 'x', since: '2026-01-01T00:00:00.000Z' };
    const ended = { of: 'number', index: 'e1.a', settlement: 's' };
    const events = [
      { type: 'registry.NumberProtected', data: { ...said, source: staff, category: 'hotline' } },
      { type: 'registry.NumberProtected', data: { ...said, source: list, category: 'clergy' } },
      { type: 'registry.ProtectionEnded', data: { ...ended, source: staff, left: 1 } },
      { type: 'registry.ProtectionEnded', data: { ...ended, source: list, left: 0 } },
      { type: 'registry.NumberProtected', data: { ...said, source: list, category: 'clergy' } },
    ];
    events.forEach((event, n) => past.apply(3, n + 1, uuidv7(), event));
    const none = new Array<number>(SHARDS).fill(0);
    const moments = [0, 1, 2, 3, 4, 5].map((at) => past.at(none.with(3, at), { ageMs: 0, state: 'fresh' }));
    const standings = moments.map((moment) => moment.standing('e1.a'));
    expect(standings).toEqual([undefined, 'hotline', 'hotline', 'protected', undefined, 'protected']);
    expect(moments.map(({ used }) => used.protectedNumbers)).toEqual([0, 1, 1, 1, 0, 1]);
    expect(moments[5]?.used.digest).toBe(moments[1]?.used.digest);
  });
});
