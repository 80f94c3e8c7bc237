import { describe, expect, it } from '@jest/globals';
import { DirectoryMoment } from './directory-moment.js';
import { DirectoryView } from './directory-view.js';
import { chooseCaller, chooseDialed, gatherFacts, type RegistryMoment, type Standing } from './facts.js';

const at = '2026-06-01T12:00:00.000Z';
const registryOf = (standings: Record<string, Standing>): RegistryMoment => ({
  used: { positions: [], digest: 'r', protectedNumbers: 1, ageMs: 0, state: 'fresh' },
  standing: (index) => standings[index],
  claim: (index) => (standings[index] === 'claimed' ? `claim of ${index}` : undefined),
  hasHeardOf: (claim) => claim === 'heard',
});
const directory = new DirectoryView();
directory.apply(1, 1, 'a', {
  type: 'routing.CallerListed',
  data: { caller: 'e1.c', person: { kid: 'k', iv: 'i', ct: 'c' }, facility: 'ME01', status: 'in' },
});
directory.apply(1, 2, 'b', {
  type: 'routing.NumbersAllowed',
  data: {
    caller: 'e1.c',
    numbers: [
      { index: 'e1.friend', relation: 'FRIEND', status: 'approved' },
      { index: 'e1.counsel', relation: 'LEGAL', status: 'pending' },
    ],
  },
});

describe('facts', () => {
  it('of a hotline call are gathered without looking at the caller (P11)', () => {
    class Tripwire extends DirectoryMoment {
      override caller(): never {
        throw new Error('the caller was looked up');
      }
      override blockOf(): never {
        throw new Error('a block of the caller was looked for');
      }
      override isAllowed(): never {
        throw new Error("the caller's list was looked at");
      }
    }
    const tripwire = new Tripwire(directory, directory.now().used);
    const request = { facility: 'ME01', caller: 'e1.c', dialed: 'e1.hotline', at };
    const facts = gatherFacts(request, registryOf({ 'e1.hotline': 'hotline' }), tripwire);
    expect(facts).toMatchObject({ hotline: true, numberProtected: false, callerListed: false, allowed: false });
    expect(() => gatherFacts(request, registryOf({}), tripwire)).toThrow('looked up');
  });

  it('say that the person is protected, whomever they call (T4)', () => {
    const request = { facility: 'ME01', caller: 'e1.c', dialed: 'e1.friend', at };
    const known = gatherFacts(request, registryOf({ 'e1.c': 'protected' }), directory.now());
    expect(known).toMatchObject({ callerProtected: true, numberProtected: false, allowed: true });
    expect(gatherFacts(request, registryOf({}), directory.now()).callerProtected).toBe(false);
  });

  it('of an unknown facility are those of the strictest policy', () => {
    const facts = gatherFacts(
      { facility: 'XX', caller: 'e1.c', dialed: 'e1.friend', at },
      registryOf({}),
      directory.now(),
    );
    expect(facts).toMatchObject({ facilityKnown: false, policyVersion: 0, allowed: true, callerHere: false });
    expect(facts.policy).toMatchObject({ recording: 'off', allowedList: 'required', presence: 'required' });
  });
});

describe('among the key epochs of one number', () => {
  const now = directory.now();
  it.each([
    ['a hotline before all', ['e2.x', 'e1.x'], { 'e2.x': 'protected', 'e1.x': 'hotline' } as const, 'e1.x'],
    ['the protected one', ['e2.x', 'e1.x'], { 'e1.x': 'protected' } as const, 'e1.x'],
    ['the one listed as LEGAL', ['e2.counsel', 'e1.counsel'], {}, 'e1.counsel'],
    ["the one on the caller's list", ['e2.friend', 'e1.friend'], {}, 'e1.friend'],
    ['else the current one', ['e2.new', 'e1.new'], {}, 'e2.new'],
  ])('a decision speaks of %s', (_, candidates, standings, chosen) => {
    expect(chooseDialed(candidates, registryOf(standings), now, 'e1.c')).toBe(chosen);
  });

  it('the caller is the one that the roster knows', () => {
    expect(chooseCaller(['e2.c', 'e1.c'], now)).toBe('e1.c');
    expect(chooseCaller(['e2.other', 'e1.other'], now)).toBe('e2.other');
  });
});
