import { type Decider, PrivityError } from '@privity/kernel';
import type { AnswerRegistration, RegistrationCommand } from './commands.js';
import type {
  RegistrationAnswered,
  RegistrationAnswerRefused,
  RegistrationEscalated,
  RegistrationMatched,
  RegistrationReceived,
  RegistrationUnmatched,
  RegistryEvent,
} from './events.js';
import { evolveRegistration, noRegistration, type RegistrationState } from './evolve.js';

/** Somebody answered it before, otherwise. */
export class RegistrationAnsweredBefore extends PrivityError {
  constructor() {
    super('registration-answered', 409, 'This registration was answered otherwise before.');
  }
}

type RegistrationEvent =
  | RegistrationReceived
  | RegistrationMatched
  | RegistrationUnmatched
  | RegistrationAnswered
  | RegistrationAnswerRefused
  | RegistrationEscalated;

/** A form on its way: received with a due date, compared with the bar record, answered by a second person, or escalated (T7). */
export const registration: Decider<RegistrationState, RegistrationCommand, RegistryEvent> = {
  initialState: () => noRegistration,
  decide(command, state): RegistrationEvent[] {
    const { received } = state;
    if (command.type === 'receive-registration') {
      return received === undefined ? [{ type: 'registry.RegistrationReceived', data: command.received }] : [];
    }
    if (received === undefined) throw new Error('a registration that was never received');
    const { registration: id, attorney, due } = received;
    switch (command.type) {
      case 'match-registration': {
        // Compared once more when a later roll came, until a person knows better. What matched once stays so (P2).
        const { unmatched: reason } = command;
        const again = state.match === 'unmatched' && (reason !== undefined || state.answer !== undefined);
        if (state.match === 'matched' || again) return [];
        if (reason === undefined)
          return [{ type: 'registry.RegistrationMatched', data: { registration: id, attorney } }];
        return [{ type: 'registry.RegistrationUnmatched', data: { registration: id, attorney, reason } }];
      }
      case 'answer-registration':
        return answer(command, received, state);
      case 'escalate-registration':
        if (state.answer !== undefined || state.escalated || command.now < due) return [];
        return [{ type: 'registry.RegistrationEscalated', data: { registration: id, due } }];
    }
  },
  evolve: evolveRegistration,
};

/** Two people are two people, whatever roles either has. @throws RegistrationAnsweredBefore */
function answer(
  { result, answeredBy, via }: AnswerRegistration,
  { registration: id, attorney, enteredBy }: RegistrationReceived['data'],
  state: RegistrationState,
): RegistrationEvent[] {
  if (enteredBy === answeredBy) {
    const data = { registration: id, askedBy: answeredBy, reason: 'same-person' } as const;
    return [{ type: 'registry.RegistrationAnswerRefused', data }];
  }
  if (state.answer?.result === result) return [];
  if (state.answer !== undefined) throw new RegistrationAnsweredBefore();
  return [{ type: 'registry.RegistrationAnswered', data: { registration: id, attorney, result, answeredBy, via } }];
}
