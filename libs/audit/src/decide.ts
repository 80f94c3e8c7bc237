import type { Decider } from '@privity/kernel';
import type { AuditCommand } from './commands.js';
import type { AuditEvent } from './events.js';
import { evolve, unraised, type FindingState } from './evolve.js';

/** The same matter is raised once, however many events show it. */
export function decide(command: AuditCommand, state: FindingState): readonly AuditEvent[] {
  if (state.raised) return [];
  const { kind, evidence, about, detail } = command;
  return [{ type: 'audit.FindingRaised', data: { kind, evidence, about, detail } }];
}

export const findingDecider: Decider<FindingState, AuditCommand, AuditEvent> = {
  initialState: () => unraised,
  decide,
  evolve,
};

/** Stream of a matter: `finding-<kind>-<about>`, and the occasion where there is one. */
export function matterStream({ kind, about, occasion }: AuditCommand): string {
  return ['finding', kind, about, ...(occasion === undefined ? [] : [occasion])].join('-');
}
