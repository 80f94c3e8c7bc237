import type { AuditEvent } from './events.js';

export interface FindingState {
  readonly raised: boolean;
}

export const unraised: FindingState = { raised: false };

export function evolve(state: FindingState, event: AuditEvent): FindingState {
  switch (event.type) {
    case 'audit.FindingRaised':
      return { ...state, raised: true };
    // Of a consumer's stream, never of a finding's.
    case 'audit.EventParked':
      return state;
  }
}
