import { type Decider, InvalidInput, PrivityError } from '@privity/kernel';
import type { CaseCommand, ProposeEnd, SettleCase } from './commands.js';
import type { CaseEndProposed, CaseOpened, CaseSettled, CaseSettlementRefused, RegistryEvent } from './events.js';
import { type CaseState, evolveCase, noCase } from './evolve.js';

/** There is none, or it is settled. */
export class CaseNotOpen extends PrivityError {
  constructor() {
    super('case-not-open', 409, 'This case is not open: there is nothing to settle.');
  }
}

/** An end takes a first person who proposes it. */
export class NothingProposed extends PrivityError {
  constructor() {
    super('nothing-proposed', 409, 'Nobody has proposed to end anything in this case.');
  }
}

/** Somebody else proposed, or the same person something else, since this person looked. */
export class ProposalChanged extends PrivityError {
  constructor() {
    super('proposal-changed', 409, 'What is proposed is not what you agree to. Look at the case again.', {
      field: 'proposal',
    });
  }
}

type CaseEvent = CaseOpened | CaseEndProposed | CaseSettlementRefused | CaseSettled;

/** Whether a protection still holds: opened by whatever casts doubt on it, ended by two people, kept by one (P2). */
export const protectionCase: Decider<CaseState, CaseCommand, RegistryEvent> = {
  initialState: () => noCase,
  decide(command, state): CaseEvent[] {
    switch (command.type) {
      case 'open-case':
        return state.open === undefined ? [{ type: 'registry.CaseOpened', data: command.about }] : [];
      case 'propose-end':
        return propose(command, state);
      case 'settle-case':
        return settle(command, state);
    }
  },
  evolve: evolveCase,
};

/** @throws CaseNotOpen; InvalidInput for a number or person that the case is not about */
function propose({ proposal, proposedBy, indexes, statement }: ProposeEnd, { open }: CaseState): CaseEvent[] {
  if (open === undefined) throw new CaseNotOpen();
  if (indexes.length === 0) throw new InvalidInput('numbers', 'names nothing to end');
  const stranger = indexes.findIndex((index) => !open.indexes.includes(index));
  if (stranger >= 0) throw new InvalidInput(`numbers.${stranger}`, 'is not of this case');
  const data = { case: open.case, proposal, proposedBy, indexes: [...new Set(indexes)], statement };
  return [{ type: 'registry.CaseEndProposed', data }];
}

/** Two people are two people, whatever roles either has. @throws CaseNotOpen, NothingProposed, ProposalChanged */
function settle({ outcome, settledBy, proposal: agreedTo }: SettleCase, { open, proposal }: CaseState): CaseEvent[] {
  if (open === undefined) throw new CaseNotOpen();
  const { case: id, cause, of, ends, attorney } = open;
  const about = { case: id, cause, of, ends, ...(attorney === undefined ? {} : { attorney }) };
  if (outcome === 'kept') {
    return [{ type: 'registry.CaseSettled', data: { ...about, outcome, settledBy, indexes: [] } }];
  }
  if (proposal === undefined) throw new NothingProposed();
  if (proposal.proposal !== agreedTo) throw new ProposalChanged();
  const { proposedBy, indexes } = proposal;
  if (proposedBy === settledBy) {
    const data = { case: id, askedBy: settledBy, reason: 'same-person' } as const;
    return [{ type: 'registry.CaseSettlementRefused', data }];
  }
  return [
    { type: 'registry.CaseSettled', data: { ...about, outcome, proposal: agreedTo, proposedBy, settledBy, indexes } },
  ];
}
