import type { DirectoryView } from './directory-view.js';
import { CLAIMED, decideCall } from './decide-call.js';
import type { CallDecided, FacilityPolicy, ReasonCode } from './events.js';
import { askedIn } from './evolve.js';
import { type CallFacts, gatherFacts, type RegistryMoment, type Standing } from './facts.js';
import { beforeRules } from './jurisdictions.js';
import { inOrder } from './reasons.js';

const PRIVATE: readonly ReasonCode[] = [
  'number-protected',
  'caller-protected',
  'hotline',
  'legal-relation-listed',
  'privilege-claimed',
];

/** Whether a decision says of itself that its call is privileged; what was learnt since, only the registry can tell. */
export function saysPrivate({ reasons }: Pick<CallDecided['data'], 'reasons'>): boolean {
  return reasons.some((reason) => PRIVATE.includes(reason));
}

/**
 * What would have been decided under another policy of the facility: all else as it stood then, the directory at the
 * positions that the decision names, the registry as the decision itself tells of it.
 */
export function underPolicy(
  decided: CallDecided['data'],
  directory: DirectoryView,
  policy: FacilityPolicy,
): CallDecided['data'] {
  const moment = directory.at(decided.directory.positions);
  const request = askedIn(decided);
  const facts = { ...gatherFacts(request, registryOf(decided), moment, policy), ...claimsOf(decided) };
  // A decision of version 1 names no rules, and asked for none.
  return decideCall(request, decided.jurisdiction === undefined ? beforeRules(facts) : facts).data;
}

/** What was claimed at the time the decision tells only by its reasons. */
function claimsOf({ reasons, others }: CallDecided['data']): Partial<Pick<CallFacts, 'claimedCalls' | 'otherClaimed'>> {
  if (reasons.includes('claim-unsettled')) return { claimedCalls: CLAIMED.calls };
  if (!reasons.includes('privilege-claimed')) return {};
  return others === undefined ? { claimedCalls: 0 } : { otherClaimed: true };
}

function registryOf({ reasons, registry, caller, dialed }: CallDecided['data']): RegistryMoment {
  const ofNumber: Standing = reasons.includes('hotline')
    ? 'hotline'
    : reasons.includes('number-protected')
      ? 'protected'
      : undefined;
  return {
    used: registry,
    standing: (index) => {
      if (index === dialed) return ofNumber;
      return index === caller && reasons.includes('caller-protected') ? 'protected' : undefined;
    },
    claim: () => undefined,
    hasHeardOf: () => true,
  };
}

/** How many calls would have a reason that they did not have, or would not have one that they had. */
export interface ReasonChange {
  readonly added: number;
  readonly dropped: number;
}

export interface TrialCounts {
  readonly decisions: number;
  /** Another outcome, recording, notices or longest time: what a dialler would be told. */
  readonly changed: number;
  /** Of those that change, by reason. */
  readonly byReason: Readonly<Partial<Record<ReasonCode, ReasonChange>>>;
  /** `connect->deny` and the like: how many. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** `after-notice->off` and the like. */
  readonly recording: Readonly<Record<string, number>>;
  /** Ids of some decisions that would change, none of a private call (P12). */
  readonly samples: readonly string[];
}

const SAMPLES = 20;

/** Counts what a policy would change, one decision after another. */
export class PolicyTrial {
  #decisions = 0;
  #changed = 0;
  readonly #reasons = new Map<ReasonCode, { added: number; dropped: number }>();
  readonly #outcomes: Record<string, number> = {};
  readonly #recording: Record<string, number> = {};
  readonly #samples: string[] = [];

  constructor(
    private readonly directory: DirectoryView,
    private readonly policy: FacilityPolicy,
  ) {}

  /** @param isPrivate then it is counted, and never named */
  take(id: string, was: CallDecided['data'], isPrivate: boolean): void {
    this.#decisions += 1;
    const would = underPolicy(was, this.directory, this.policy);
    if (told(was) === told(would)) return;
    this.#changed += 1;
    for (const reason of would.reasons) if (!was.reasons.includes(reason)) this.#reason(reason).added += 1;
    for (const reason of was.reasons) if (!would.reasons.includes(reason)) this.#reason(reason).dropped += 1;
    count(this.#outcomes, was.outcome, would.outcome);
    count(this.#recording, was.recording, would.recording);
    if (!isPrivate && this.#samples.length < SAMPLES) this.#samples.push(id);
  }

  counts(): TrialCounts {
    const reasons = inOrder(new Set(this.#reasons.keys()));
    return {
      decisions: this.#decisions,
      changed: this.#changed,
      byReason: Object.fromEntries(reasons.map((reason) => [reason, this.#reason(reason)])),
      outcomes: this.#outcomes,
      recording: this.#recording,
      samples: this.#samples,
    };
  }

  #reason(code: ReasonCode): { added: number; dropped: number } {
    let change = this.#reasons.get(code);
    if (change === undefined) this.#reasons.set(code, (change = { added: 0, dropped: 0 }));
    return change;
  }
}

function told({ outcome, recording, notices, maxSeconds }: CallDecided['data']): string {
  return JSON.stringify({ outcome, recording, notices, maxSeconds });
}

function count(changes: Record<string, number>, was: string, would: string): void {
  if (was === would) return;
  const change = `${was}->${would}`;
  changes[change] = (changes[change] ?? 0) + 1;
}
