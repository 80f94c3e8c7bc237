import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import fc from 'fast-check';
import type { ProtectNumber } from './commands.js';
import { CATEGORIES, categoryOfNote } from './categories.js';
import { callerProtection, numberProtection } from './decide.js';
import type { NumberProtected, ProtectionSource, RegistryEvent } from './events.js';
import { ProtectionView } from './protection-view.js';

const now = '2026-06-30T12:00:00.000Z';
const index = `e1.${'A'.repeat(43)}`;
const list: ProtectionSource = { kind: 'do-not-record', ref: 'do-not-record' };
const roll: ProtectionSource = { kind: 'bar-roll', ref: 'attorney-1' };

const protect = (more: Partial<ProtectNumber> = {}): ProtectNumber => ({
  type: 'protect-number',
  index,
  source: list,
  category: 'unstated',
  basis: 'listed',
  since: '2020-02-17T00:00:00.000Z',
  now,
  ...more,
});

const decide = (given: readonly RegistryEvent[], command: ProtectNumber) =>
  numberProtection.decide(command, fold(numberProtection, given));

describe('a person in custody', () => {
  it('is protected as a number is, by an event of their own (T4)', () => {
    const order = {
      ...protect({ source: { kind: 'staff', ref: 'p1' }, category: 'court' }),
      type: 'protect-caller',
    } as const;
    const given = callerProtection.decide(order, callerProtection.initialState());
    expect(given).toMatchObject([{ type: 'registry.CallerProtected', data: { index, category: 'court' } }]);
    expect(callerProtection.decide(order, fold(callerProtection, given))).toEqual([]);
    const another = { ...order, source: { kind: 'staff', ref: 'p2' } } as const;
    expect(callerProtection.decide(another, fold(callerProtection, given))).toHaveLength(1);
  });
});

describe('a number', () => {
  const protectedByList = decide([], protect());

  it('is protected by the first source', () => {
    expect(protectedByList).toEqual([
      {
        type: 'registry.NumberProtected',
        data: { index, source: list, category: 'unstated', basis: 'listed', since: '2020-02-17T00:00:00.000Z' },
      },
    ]);
  });

  it('is not protected twice by the same source', () => {
    expect(decide(protectedByList, protect())).toEqual([]);
    expect(decide(protectedByList, protect({ basis: 'listed again', since: now }))).toEqual([]);
  });

  it('is protected by every source there is', () => {
    expect(decide(protectedByList, protect({ source: roll, category: 'attorney' }))).toHaveLength(1);
    expect(decide(protectedByList, protect({ source: { ...list, ref: 'another list' } }))).toHaveLength(1);
  });

  it('hears the same source again when it says something stricter or earlier', () => {
    expect(decide(protectedByList, protect({ category: 'hotline' }))).toHaveLength(1);
    expect(decide(protectedByList, protect({ since: '2019-01-01T00:00:00.000Z' }))).toHaveLength(1);
  });

  it('is protected at once, even if the source names a later day', () => {
    const [event] = decide([], protect({ since: '2030-01-01T00:00:00.000Z' }));
    expect(event?.data).toMatchObject({ since: now });
  });

  it('says nothing twice, in whatever order the sources speak', () => {
    fc.assert(
      fc.property(fc.array(someStatement(), { maxLength: 12 }), (commands) => {
        const events = commands.reduce<RegistryEvent[]>((given, c) => [...given, ...decide(given, c)], []);
        for (const command of commands) expect(decide(events, command)).toEqual([]);
      }),
    );
  });

  it('has the same protection in whatever order the sources speak, and none is ever taken back', () => {
    const orders = fc
      .array(someStatement(), { minLength: 1, maxLength: 8 })
      .chain((commands) =>
        fc.tuple(fc.constant(commands), fc.shuffledSubarray(commands, { minLength: commands.length })),
      );
    fc.assert(
      fc.property(orders, ([one, other]) => {
        expect(protectionAfter(other)).toEqual(protectionAfter(one));
      }),
    );
  });
});

describe('categoryOfNote', () => {
  it.each([
    ['CLERGY', 'clergy'],
    ['CONSULATE', 'consulate'],
    ['OMBUDS', 'ombudsman'],
    ['PREA HOTLINE', 'hotline'],
    ['prea hotline', 'hotline'],
    ['Crisis hotline of the clergy', 'hotline'],
    ['MIGRATED v6->v7', 'unstated'],
    ['', 'unstated'],
  ])('reads %j as %s', (note, category) => {
    expect(categoryOfNote(note)).toBe(category);
  });
});

function someStatement(): fc.Arbitrary<ProtectNumber> {
  return fc
    .record({
      source: fc.constantFrom(list, roll, { kind: 'staff', ref: 'p1' } as const),
      category: fc.constantFrom(...CATEGORIES),
      since: fc.constantFrom('2019-01-01T00:00:00.000Z', '2024-01-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z'),
    })
    .map(protect);
}

function protectionAfter(commands: readonly ProtectNumber[]) {
  const view = new ProtectionView(Buffer.alloc(32));
  const given: NumberProtected[] = [];
  for (const command of commands) {
    for (const event of decide(given, command)) {
      if (event.type !== 'registry.NumberProtected') throw new Error(event.type);
      given.push(event);
      view.apply(0, given.length, String(given.length), event);
      expect(view.isProtected(index)).toBeDefined();
    }
  }
  const protection = view.isProtected(index);
  const statements = protection?.statements.map((said) => JSON.stringify(said)).sort();
  return { ...protection, statements, digest: view.shardDigest(0)?.digest, count: view.count };
}
