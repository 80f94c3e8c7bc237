import { describe, expect, it } from '@jest/globals';
import { fold, type PrivityError } from '@privity/kernel';
import type { CaseCommand } from './commands.js';
import { CaseNotOpen, NothingProposed, ProposalChanged, protectionCase } from './decide-case.js';
import type { CaseOpened, RegistryEvent } from './events.js';

const about: CaseOpened['data'] = {
  case: 'c1',
  cause: 'status-changed',
  attorney: 'attorney-1',
  of: 'number',
  indexes: ['e1.a', 'e1.b'],
  ends: { ref: 'attorney-1' },
  due: '2026-02-01T00:00:00.000Z',
};
const open: CaseCommand = { type: 'open-case', about };
const statement = { kid: 'k', v: 'x' } as never;
const propose = (proposedBy: string, indexes = ['e1.a'], proposal = 'p1'): CaseCommand => ({
  ...{ type: 'propose-end', proposal, proposedBy, indexes, statement },
});
const agree = (settledBy: string, proposal = 'p1'): CaseCommand => ({
  ...{ type: 'settle-case', outcome: 'ended', settledBy, proposal },
});
const keep = (settledBy: string): CaseCommand => ({ type: 'settle-case', outcome: 'kept', settledBy });

const after = (...commands: CaseCommand[]) =>
  commands.reduce<RegistryEvent[]>(
    (given, command) => [...given, ...protectionCase.decide(command, fold(protectionCase, given))],
    [],
  );
const last = (...commands: CaseCommand[]) => after(...commands).at(-1);

describe('a case', () => {
  it('is opened once, and again after it was settled', () => {
    expect(after(open, open)).toEqual([{ type: 'registry.CaseOpened', data: about }]);
    expect(after(open, keep('ana'), open).map(({ type }) => type)).toEqual([
      'registry.CaseOpened',
      'registry.CaseSettled',
      'registry.CaseOpened',
    ]);
  });

  it('ends something when a second person agrees with the first, and only what was proposed', () => {
    expect(last(open, propose('ana'), agree('ben'))).toEqual({
      type: 'registry.CaseSettled',
      data: {
        ...{ case: 'c1', cause: 'status-changed', attorney: 'attorney-1', of: 'number', ends: about.ends },
        ...{ outcome: 'ended', proposal: 'p1', proposedBy: 'ana', settledBy: 'ben', indexes: ['e1.a'] },
      },
    });
  });

  it('ends nothing on the word of one, whatever roles they have, and stays open', () => {
    expect(last(open, propose('ana'), agree('ana'))).toEqual({
      type: 'registry.CaseSettlementRefused',
      data: { case: 'c1', askedBy: 'ana', reason: 'same-person' },
    });
    expect(last(open, propose('ana'), agree('ana'), agree('ben'))).toMatchObject({ data: { outcome: 'ended' } });
    // Whoever agrees to what they themselves put last is one person, also where another had proposed before.
    expect(last(open, propose('ben'), propose('ana'), agree('ana'))).toMatchObject({ data: { reason: 'same-person' } });
  });

  it('ends what the second person saw, and nothing that was put in its place since', () => {
    const swapped = [open, propose('ana'), propose('ana', ['e1.a', 'e1.b'], 'p2')] as const;
    expect(() => after(...swapped, agree('ben'))).toThrow(ProposalChanged);
    expect(last(...swapped, agree('ben', 'p2'))).toMatchObject({ data: { indexes: ['e1.a', 'e1.b'] } });
  });

  it('is kept by one, and a proposal goes with it', () => {
    expect(last(open, propose('ana'), keep('ana'))).toMatchObject({ data: { outcome: 'kept', indexes: [] } });
    expect(() => after(open, propose('ana'), keep('ana'), agree('ben'))).toThrow(CaseNotOpen);
    expect(() => after(open, propose('ana'), keep('ana'), open, agree('ben'))).toThrow(NothingProposed);
  });

  it('takes a proposal, about its own numbers, before it is agreed to', () => {
    expect(() => after(open, agree('ben'))).toThrow(NothingProposed);
    expect(() => after(propose('ana'))).toThrow(CaseNotOpen);
    expect(() => after(keep('ana'))).toThrow(CaseNotOpen);
    expect(fieldOf(() => after(open, propose('ana', ['e1.a', 'e1.z'])))).toBe('numbers.1');
    expect(fieldOf(() => after(open, propose('ana', [])))).toBe('numbers');
  });
});

function fieldOf(refused: () => unknown): string | undefined {
  try {
    refused();
  } catch (error) {
    return (error as PrivityError).field;
  }
  return undefined;
}
