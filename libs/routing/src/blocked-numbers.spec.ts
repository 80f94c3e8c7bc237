import { describe, expect, it } from '@jest/globals';
import { DirectoryView } from './directory-view.js';
import type { NumberBlocked } from './events.js';

const sealed = { kid: 'k', iv: 'i', ct: 'c' };
const since = '2026-06-01T12:00:00.000Z';
const entered = (block: string, scope: Pick<NumberBlocked['data'], 'caller' | 'facility'>, index = 'e1.n') => ({
  type: 'routing.NumberBlocked' as const,
  data: { block, index, kind: 'facility' as const, ...scope, number: sealed, basis: sealed, since, blockedBy: 'a' },
});
const ended = (block: string, index = 'e1.n') => ({
  type: 'routing.BlockEnded' as const,
  data: { block, index, basis: sealed, endedBy: 'b' },
});
function viewOf(...events: (ReturnType<typeof entered> | ReturnType<typeof ended>)[]): DirectoryView {
  const view = new DirectoryView();
  events.forEach((event, i) => view.apply(4, i + 1, `id-${i + 1}`, event));
  return view;
}
const at = (position: number) => Array.from({ length: 12 }, (_, shard) => (shard === 4 ? position : 0));
const call = { facility: 'ME01', caller: 'e1.c', dialed: 'e1.n', at: since };

describe('a blocked number', () => {
  it.each([
    ['by everybody', {}, true],
    ['from this facility', { facility: 'ME01' }, true],
    ['from another one', { facility: 'NY02' }, false],
    ['by this person', { caller: 'e1.c' }, true],
    ['by another one', { caller: 'e1.x' }, false],
  ] as const)('must not be called %s', (_, scope, holds) => {
    expect(viewOf(entered('b1', scope)).now().blockOf(call)).toBe(holds ? 'b1' : undefined);
    expect(
      viewOf(entered('b1', scope, 'e1.other'))
        .now()
        .blockOf(call),
    ).toBeUndefined();
  });

  it('stays blocked while any block stands', () => {
    const view = viewOf(entered('b1', {}), entered('b2', { caller: 'e1.c' }), ended('b1'), ended('b2'));
    const blocks = [0, 1, 2, 3, 4].map((position) => view.at(at(position)).blockOf(call));
    expect(blocks).toEqual([undefined, 'b1', 'b1', 'b2', undefined]);
    expect([1, 2, 3, 4].map((position) => view.at(at(position)).blocks().length)).toEqual([1, 2, 1, 0]);
  });

  it('is found under every live epoch of number and caller', () => {
    const now = viewOf(entered('b1', { caller: 'e0.c' }, 'e0.n')).now();
    expect(now.findBlock(['e1.n', 'e0.n'], ['e1.c', 'e0.c'], 'ME01')?.block).toBe('b1');
    expect(now.findBlock(['e1.n'], ['e1.c', 'e0.c'], 'ME01')).toBeUndefined();
    expect(now.findBlock(['e1.n', 'e0.n'], ['e1.c'], 'ME01')).toBeUndefined();
    expect(now.blockOf(call)).toBeUndefined();
    expect(now.blockOf({ ...call, block: 'b1' })).toBe('b1');
  });

  it('is not believed of a call that it cannot be of', () => {
    const named = { ...call, block: 'b1' };
    const { caller: _, ...anonymous } = named;
    expect(
      viewOf(entered('b1', {}, 'e1.other'))
        .now()
        .blockOf(named),
    ).toBeUndefined();
    expect(
      viewOf(entered('b1', { caller: 'e1.x' }, 'e0.n'))
        .now()
        .blockOf(named),
    ).toBeUndefined();
    expect(
      viewOf(entered('b1', { facility: 'NY02' }, 'e0.n'))
        .now()
        .blockOf(named),
    ).toBeUndefined();
    expect(
      viewOf(entered('b1', {}, 'e0.n'), ended('b1', 'e0.n'))
        .now()
        .blockOf(named),
    ).toBeUndefined();
    expect(
      viewOf(entered('b1', { caller: 'e0.c' }, 'e0.n'))
        .now()
        .blockOf(anonymous),
    ).toBe(undefined);
  });
});
