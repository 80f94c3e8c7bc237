import { type Instant, localDay } from '@privity/kernel';
import type { CallRequest } from './commands.js';
import type { Facility } from './directory-view.js';
import type { CallJurisdiction, Consent, JurisdictionRule, JurisdictionRulesSet, NoticeRule } from './events.js';
import type { CallFacts } from './facts.js';

/** The states' rules on consent, in one version. No two of one state hold on one day. */
export class Rules {
  readonly version: number;
  readonly all: readonly JurisdictionRule[];
  readonly #byState = new Map<string, JurisdictionRule[]>();

  constructor({ version, rules }: JurisdictionRulesSet['data']) {
    this.version = version;
    this.all = rules;
    for (const rule of rules) this.#byState.set(rule.state, [...(this.#byState.get(rule.state) ?? []), rule]);
  }

  /** What a state asks for on the day that a calendar in `timezone` shows at `at`; undefined: no rule says. */
  consent(state: string, at: Instant, timezone: string): Consent | undefined {
    const rules = this.#byState.get(state);
    if (rules === undefined) return undefined;
    // A calendar costs more than the rest of a decision, and no place is more than a day off: mostly it need not be asked.
    const near = at.slice(0, 10);
    const sure = rules.find(({ from, until }) => from < near && (until === undefined || near < until));
    if (sure !== undefined) return sure.consent;
    const day = localDay(at, timezone);
    return rules.find(({ from, until }) => from <= day && (until === undefined || day <= until))?.consent;
  }
}

/** Before any were set, every state is unknown. */
export const NO_RULES = new Rules({ version: 0, rules: [] });

/**
 * Where both ends are and what the strictest of them, and of whoever joined, asks for on the day of the call, by the calendar of the facility. A
 * state that is not known, or has no rule on that day, asks for everybody's consent (P3).
 */
export function jurisdictionOf(
  facility: Pick<Facility, 'state' | 'timezone'> | undefined,
  { calleeState: callee, joined = [], at }: Pick<CallRequest, 'calleeState' | 'joined' | 'at'>,
  rules: Rules,
): { readonly jurisdiction: CallJurisdiction; readonly consent: Consent } {
  const jurisdiction = {
    ...(facility === undefined ? {} : { facility: facility.state }),
    ...(callee === undefined ? {} : { callee }),
    rules: rules.version,
  };
  const ends = [facility?.state, callee, ...joined];
  const oneParty = ends.every(
    (state) =>
      facility !== undefined && state !== undefined && rules.consent(state, at, facility.timezone) === 'one-party',
  );
  return { jurisdiction, consent: oneParty ? 'one-party' : 'all-party' };
}

/** Facts as decisions of version 1 took them: they knew neither rules nor what becomes of a declined call. */
export function beforeRules(facts: CallFacts): CallFacts {
  const { declined: _, ...policy } = facts.policy;
  return { ...facts, policy, jurisdiction: undefined, consent: 'one-party' };
}

/** Whether these notices, played, ask everybody whose consent is needed. */
export function asksEverybody(notices: readonly NoticeRule[], consent: Consent): boolean {
  if (consent === 'one-party') return true;
  return (['caller', 'callee'] as const).every((asked) => notices.some(({ party }) => party === asked));
}

/** The policy's notices; where everybody must consent, none may be played without being accepted. */
export function noticesFor(notices: readonly NoticeRule[], consent: Consent): readonly NoticeRule[] {
  if (consent === 'one-party') return notices;
  return notices.map(({ party, language }) => ({ party, language, acceptance: 'required' }));
}
