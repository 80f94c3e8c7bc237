import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope, type RecordedEvent } from '@privity/event-store';
import { type Instant, instant, PrivityError } from '@privity/kernel';
import {
  type CallDecided,
  type FacilityPolicy,
  orderedPolicy,
  PolicyTrial,
  type PolicyTried,
  saysPrivate,
  type TrialCounts,
  upcast,
} from '@privity/routing';
import { Forbidden, newEvents, type Principal } from '@privity/service';
import { seesPrivateCalls } from '../calls/call-answer.js';
import { Decisions } from '../calls/decisions.js';
import { Directory } from '../read-models/directory.js';
import { FacilityUnknown } from './policies.js';

const DAY_MS = 86_400_000;
/** Of a shard, at once: calls are decided between two pages, and must not wait long. */
const PAGE = 250;
/** The gateway waits ten seconds for an answer. */
const LIMITS = { decisions: 100_000, ms: 8_000 };

export interface DryRunReport extends TrialCounts {
  /** Every call decided since then was looked at; where not all were, some older ones too. */
  readonly from: Instant;
  /** False: there were more than 100,000 calls, or it took too long, and the oldest were not looked at. */
  readonly complete: boolean;
}

/** One at a time: it takes a share of what decides calls. */
export class DryRunBusy extends PrivityError {
  constructor() {
    super('dry-run-busy', 429, 'Another dry run is under way here. Ask again when it is done.');
  }
}

interface Span {
  readonly shard: number;
  /** Newest position not looked at yet; 0: none. */
  upto: number;
  /** All that is newer was looked at. */
  since: Instant;
}

/** What another policy would have changed over a facility's calls of the last days. Changes nothing. */
@Injectable()
export class DryRun {
  private running = false;

  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
    private readonly decisions: Decisions,
  ) {}

  /** That somebody tried is an event before the answer (P4). @throws Forbidden, FacilityUnknown, InvalidInput, DryRunBusy */
  async run(
    facility: string,
    given: FacilityPolicy,
    days: number,
    asker: Principal,
    limits = LIMITS,
  ): Promise<DryRunReport> {
    if (asker.facility !== undefined && asker.facility !== facility) {
      throw new Forbidden('This token is bound to another facility.');
    }
    const policy = orderedPolicy(given);
    if (this.directory.view.now().facility(facility) === undefined) throw new FacilityUnknown();
    if (this.running) throw new DryRunBusy();
    this.running = true;
    try {
      const tried: PolicyTried = { type: 'routing.PolicyTried', data: { facility, policy, days } };
      await this.store.append(`policy-trials-${facility}`, 'any', newEvents([tried], { actor: asker.subject }));
      return await this.read(facility, policy, instant(new Date(Date.now() - days * DAY_MS)), asker, limits);
    } finally {
      this.running = false;
    }
  }

  private async read(
    facility: string,
    policy: FacilityPolicy,
    from: Instant,
    asker: Principal,
    limits: typeof LIMITS,
  ): Promise<DryRunReport> {
    const heads = await this.store.heads();
    // A decision of another replica may name what this one has not applied yet.
    await this.directory.reach(heads);
    const trial = new PolicyTrial(this.directory.view, policy);
    const until = performance.now() + limits.ms;
    const now = instant();
    let most = limits.decisions;
    let spans: Span[] = heads.map(({ shard, position }) => ({ shard, upto: position, since: now }));
    while (spans.length > 0 && most >= 0 && performance.now() < until) {
      for (const span of spans) {
        const after = Math.max(0, span.upto - PAGE);
        const page = await this.store.readShard(span.shard, after, span.upto - after);
        most -= this.take(page, { facility, from, trial, asker, most });
        if (most < 0) break;
        span.since = page[0] === undefined ? from : parseEnvelope(page[0].text).time;
        span.upto = span.since < from ? 0 : after;
        await nextTurn();
      }
      spans = spans.filter(({ upto }) => upto > 0);
    }
    const complete = spans.length === 0;
    const reached = spans.reduce((latest, { since }) => (since > latest ? since : latest), from);
    return { from: reached, complete, ...trial.counts() };
  }

  /** The newest first. @returns how many decisions there are; one more than `most`: not all were looked at */
  private take(
    page: readonly RecordedEvent[],
    o: { facility: string; from: Instant; trial: PolicyTrial; asker: Principal; most: number },
  ): number {
    let taken = 0;
    for (const { id, type, text } of page.toReversed()) {
      if (type !== 'routing.CallDecided' || !text.includes(`"facility":"${o.facility}"`)) continue;
      const { dataschema, data, time } = parseEnvelope(text);
      const event = upcast(type, dataschema, data) as CallDecided;
      if (event.data.facility !== o.facility || time < o.from) continue;
      // Whoever does not see private calls must not learn of them by the difference of two counts (P12).
      const isPrivate = saysPrivate(event.data) || this.decisions.isPrivate(event.data);
      if (isPrivate && !seesPrivateCalls(o.asker)) continue;
      taken += 1;
      if (taken > o.most) break;
      o.trial.take(id, event.data, isPrivate);
    }
    return taken;
  }
}
