import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import fc from 'fast-check';
import type { EndProtection, ProtectNumber } from './commands.js';
import { numberProtection, protectionEnding } from './decide.js';
import type { ProtectionSource, RegistryEvent, SourceMatch } from './events.js';
import { ProtectionView } from './protection-view.js';

const index = `e1.${'A'.repeat(43)}`;
const since = '2026-01-01T00:00:00.000Z';
const roll: ProtectionSource = { kind: 'bar-roll', ref: 'attorney-1' };
const staff: ProtectionSource = { kind: 'staff', ref: 'attorney-1' };
const list: ProtectionSource = { kind: 'do-not-record', ref: 'do-not-record' };
const heard: ProtectionSource = { kind: 'allowed-list', ref: 'event-1' };

const protect = (source: ProtectionSource, category: ProtectNumber['category'] = 'attorney'): ProtectNumber => ({
  ...{ type: 'protect-number', index, source, category, basis: 'x', since, now: since },
});
const end = (ends: SourceMatch, settlement = 's1'): EndProtection => ({
  type: 'end-protection',
  of: 'number',
  index,
  ends,
  settlement,
});

function after(commands: readonly (ProtectNumber | EndProtection)[]): RegistryEvent[] {
  return commands.reduce<RegistryEvent[]>((given, command) => {
    const state = fold(numberProtection, given);
    const more =
      command.type === 'end-protection'
        ? protectionEnding.decide(command, state)
        : numberProtection.decide(command, state);
    return [...given, ...more];
  }, []);
}

function viewOf(events: readonly RegistryEvent[]): ProtectionView {
  const view = new ProtectionView(Buffer.alloc(32), Infinity);
  events.forEach((event, i) => view.apply(0, i + 1, String(i), event));
  return view;
}

describe('ending a protection', () => {
  it('ends what goes by the reference and leaves every other source', () => {
    const events = after([protect(roll), protect(staff), protect(list), end({ ref: 'attorney-1' })]);
    expect(events.slice(3)).toMatchObject([
      { type: 'registry.ProtectionEnded', data: { source: roll, settlement: 's1', left: 2 } },
      { type: 'registry.ProtectionEnded', data: { source: staff, left: 1 } },
    ]);
    expect(viewOf(events).isProtected(index)?.statements).toMatchObject([{ source: list }]);
  });

  it('may mean what goes by the reference and is of a kind', () => {
    const events = after([protect(roll), protect(staff), end({ ref: 'attorney-1', kind: 'staff' })]);
    expect(viewOf(events).isProtected(index)?.statements).toMatchObject([{ source: roll }]);
  });

  it('may mean all of a kind', () => {
    const events = after([protect(heard), protect({ ...heard, ref: 'event-2' }), end({ kind: 'allowed-list' })]);
    expect(events.map(({ type }) => type).slice(2)).toHaveLength(2);
    expect(viewOf(events).isProtected(index)).toBeUndefined();
  });

  it('says nothing where nothing stands, or nothing any more', () => {
    expect(after([end({ ref: 'attorney-1' })])).toEqual([]);
    expect(after([protect(roll), end({ ref: 'attorney-1' }), end({ ref: 'attorney-1' })])).toHaveLength(2);
    expect(after([protect(roll), end({ ref: 'attorney' })])).toHaveLength(1);
  });

  it('gives the category back that the others state', () => {
    const events = after([protect(staff, 'hotline'), protect(list, 'clergy'), end({ ref: 'attorney-1' })]);
    expect(viewOf(events.slice(0, 2)).isProtected(index)?.category).toBe('hotline');
    expect(viewOf(events).isProtected(index)?.category).toBe('clergy');
  });

  it('leaves count and digest as if it had never been, and a source may speak again', () => {
    const ended = after([protect(roll), end({ ref: 'attorney-1' })]);
    const view = viewOf(ended);
    expect(view.shardDigest(0)).toEqual({ ...viewOf([]).shardDigest(0), position: 2 });
    expect(view.count).toBe(0);
    expect(view.shardDigest(0, 1)?.count).toBe(1);
    const again = viewOf(after([protect(roll), end({ ref: 'attorney-1' }), protect(roll)]));
    expect(again.shardDigest(0)?.digest).toBe(viewOf(after([protect(roll)])).shardDigest(0)?.digest);
  });

  it('follows a settlement once: a source that speaks again afterwards stands, though the settlement is heard again', () => {
    expect(after([protect(roll), end({ ref: 'attorney-1' }), protect(roll), end({ ref: 'attorney-1' })])).toHaveLength(
      3,
    );
    expect(
      after([protect(roll), end({ ref: 'attorney-1' }), protect(roll), end({ ref: 'attorney-1' }, 's2')]),
    ).toHaveLength(4);
  });

  const sources = [roll, staff, list, heard];
  const word = fc.constantFrom(...sources).map((source) => protect(source));
  const match = fc.constantFrom<SourceMatch>({ ref: 'attorney-1' }, { kind: 'allowed-list' }, { ref: 'do-not-record' });
  const ending = fc.tuple(match, fc.uuid()).map(([ends, settlement]) => end(ends, settlement));

  it('law: a number is protected exactly while a source stands, in live and in replay', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, ending), { maxLength: 20 }), (commands) => {
        const events = after(commands);
        const { statements } = fold(numberProtection, events);
        const view = viewOf(events);
        expect(view.isProtected(index) !== undefined).toBe(statements.length > 0);
        expect(view.count).toBe(statements.length > 0 ? 1 : 0);
        const ends = events.filter((event) => event.type === 'registry.ProtectionEnded');
        for (const { data } of ends.slice(-1)) {
          if (events.at(-1)?.type === 'registry.ProtectionEnded') expect(data.left > 0).toBe(statements.length > 0);
        }
      }),
    );
  });

  it('law: adding a source never unprotects, and no end takes away what another source says', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, ending), { maxLength: 12 }), word, (commands, one) => {
        const before = viewOf(after(commands));
        const more = viewOf(after([...commands, one]));
        expect(more.isProtected(index)).toBeDefined();
        if (before.isProtected(index) === undefined) return;
        const kept = viewOf(after([...commands, one, end({ ref: 'nobody' })]));
        expect(kept.isProtected(index)).toEqual(more.isProtected(index));
      }),
    );
  });
});
