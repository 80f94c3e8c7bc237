import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import fc from 'fast-check';
import { listImport } from './decide.js';
import type { ListLosses, RegistryEvent } from './events.js';
import { losesTooMuch } from './list-losses.js';

const outcome = {
  importId: 'i',
  kind: 'bar-roll',
  digest: 'd',
  rows: 3,
  added: 2,
  unchanged: 0,
  rejected: 1,
} as const;
const scope = 'bar-roll:ME';
const whole: ListLosses[] = [{ scope, entries: 1_300, departed: 0, departedBefore: 0 }];
const shrunk: ListLosses[] = [{ scope, entries: 1_300, departed: 1_228, departedBefore: 0 }];
const complete = (losses: readonly ListLosses[]) =>
  ({ type: 'complete-import', outcome, losses, sentBy: 'ana' }) as const;
const approve = (approver: string) => ({ type: 'approve-import', approver }) as const;

/** Each command on what came of those before. */
function told(...commands: Parameters<typeof listImport.decide>[0][]): RegistryEvent[] {
  const events: RegistryEvent[] = [];
  for (const command of commands) events.push(...listImport.decide(command, fold(listImport, events)));
  return events;
}

describe('an import', () => {
  it('is told of once', () => {
    expect(told(complete(whole))).toEqual([{ type: 'registry.ListImported', data: outcome }]);
    expect(told(complete(whole), complete(whole), complete(shrunk))).toHaveLength(1);
  });

  it('of a list that lost too much is held, once, with what it lost (T3)', () => {
    const held = [{ type: 'registry.ListHeld', data: { ...outcome, losses: shrunk, sentBy: 'ana' } }];
    expect(told(complete(shrunk))).toEqual(held);
    expect(told(complete(shrunk), complete(shrunk), complete(whole))).toEqual(held);
  });

  it('that is held takes a second person, whatever their roles', () => {
    expect(told(complete(shrunk), approve('ana')).slice(1)).toEqual([
      { type: 'registry.ListApprovalRefused', data: { importId: 'i', askedBy: 'ana', reason: 'same-person' } },
    ]);
    expect(told(complete(shrunk), approve('ana'), approve('ben'), approve('cy')).slice(2)).toEqual([
      { type: 'registry.ListApproved', data: { importId: 'i', approvedBy: 'ben' } },
      { type: 'registry.ListImported', data: outcome },
    ]);
  });

  it('that is not held cannot be approved', () => {
    expect(() => told(approve('ben'))).toThrow('not held');
    expect(() => told(complete(whole), approve('ben'))).toThrow('not held');
  });
});

describe('the losses of a list', () => {
  const lost = (entries: number, departed: number, departedBefore = 0) =>
    losesTooMuch({ scope, entries, departed, departedBefore });

  it.each([
    [1_000_000, 5, 0, false],
    [1_000_000, 6, 0, true],
    [1_000, 5, 0, false],
    [999, 5, 0, true],
    [200, 1, 0, false],
    [199, 1, 0, true],
    [1, 1, 0, true],
    // Over thirty days, a few at a time.
    [998, 3, 2, false],
    [997, 3, 3, true],
    [997, 0, 6, false],
    [0, 0, 0, false],
  ])('of %d entries %d now and %d lately are too many: %s', (entries, departed, before, tooMany) => {
    expect(lost(entries, departed, before)).toBe(tooMany);
  });

  it('are never fewer because they come in several files', () => {
    const counts = fc.array(fc.nat(10), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(3_000), counts, (rest, files) => {
        const all = files.reduce((sum, departed) => sum + departed, 0);
        let [standing, before] = [rest + all, 0];
        const held = files.some((departed) => {
          const tooMany = lost(standing, departed, before);
          standing -= departed;
          before += departed;
          return tooMany;
        });
        expect(held).toBe(lost(rest + all, all));
      }),
    );
  });
});
