import { Injectable } from '@nestjs/common';
import { ConcurrencyConflict, EventStore } from '@privity/event-store';
import { PrivityError } from '@privity/kernel';
import { type CallDecided, currentVersion, evolve, initialState } from '@privity/routing';
import { newEvents, type Principal } from '@privity/service';
import { type CallAnswer, callAnswer } from './call-answer.js';
import { CallBook, decisionId } from './call-book.js';
import { type AskedCall, Decisions } from './decisions.js';
import { Claims } from './claims.js';
import { Fingerprints } from './fingerprints.js';

export interface NewCall extends Omit<AskedCall, 'at'> {
  readonly callId: string;
  /** As the client sent it; absent: now. */
  readonly at?: string;
}

/** The call id was used for another call. */
export class CallIdTaken extends PrivityError {
  constructor() {
    super('call-id-taken', 409, 'Another call was decided under this callId.', { field: 'callId' });
  }
}

/** Takes a call, decides it, and answers once the decision is durable. */
@Injectable()
export class CallDesk {
  constructor(
    private readonly store: EventStore,
    private readonly book: CallBook,
    private readonly decisions: Decisions,
    private readonly fingerprints: Fingerprints,
    private readonly claims: Claims,
  ) {}

  /** `isNew` false: this call was decided before, and this is the same answer. @throws CallIdTaken */
  async open(call: NewCall, asker: Principal): Promise<{ readonly answer: CallAnswer; readonly isNew: boolean }> {
    const at = new Date(call.at ?? Date.now()).toISOString();
    const stream = this.book.streamOf(asker.client, call.callId);
    let decided = this.decisions.decide({ ...call, at });
    while (!(await this.claims.admit(decided.data, stream))) decided = this.decisions.decide({ ...call, at });
    // From here on a hotline call has no caller: neither fingerprint nor comparison may know one (P11).
    const caller = decided.data.caller === undefined ? '' : (call.caller ?? '');
    const content = [call.facility, caller, call.dialed, call.at ?? '', ...(call.others ?? [])];
    const fingerprint = this.fingerprints.of(...content);
    const meta = { actor: asker.subject, correlationid: stream, versionOf: currentVersion };
    const events = newEvents([decided], meta);
    // Side by side: the fingerprint costs no round trip of its own.
    const [appended, remembered] = await Promise.allSettled([
      this.store.append(stream, 'no stream', events),
      this.fingerprints.remember(stream, fingerprint),
    ]);
    if (appended.status === 'fulfilled') {
      const [event] = appended.value.events;
      if (event === undefined) throw new Error('an append without an event');
      this.book.remember({ stream, events: [event], state: evolve(initialState(), decided) });
      // A row that was there is from an attempt that never got a decision.
      if (remembered.status === 'fulfilled' && !remembered.value) await this.fingerprints.correct(stream, fingerprint);
      return { answer: callAnswer(call.callId, event.id, decided.data, asker), isNew: true };
    }
    const written = remembered.status === 'fulfilled' && remembered.value;
    if (written) await this.fingerprints.forget(stream, fingerprint);
    if (!(appended.reason instanceof ConcurrencyConflict)) throw appended.reason;
    const before = await this.book.find(asker.client, call.callId);
    const decision = before.state.decision;
    const known = written ? undefined : await this.fingerprints.matches(stream, ...content);
    if (decision === undefined || !(known ?? isSameRequest(decision, decided.data, call.at !== undefined))) {
      throw new CallIdTaken();
    }
    return { answer: callAnswer(call.callId, decisionId(before), decision, asker), isNew: false };
  }
}

/** Where no fingerprint is known any more: both were asked for the same parties at the same place and time. */
function isSameRequest(before: CallDecided['data'], now: CallDecided['data'], timeGiven: boolean): boolean {
  return (
    before.facility === now.facility &&
    before.caller === now.caller &&
    before.dialed === now.dialed &&
    JSON.stringify(before.others) === JSON.stringify(now.others) &&
    (!timeGiven || before.at === now.at)
  );
}
