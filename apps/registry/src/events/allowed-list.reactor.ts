import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { derivedId } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import {
  CASE_DUE_DAYS,
  caseStream,
  numberProtection,
  numberStream,
  protectionCase,
  workDaysAfter,
} from '@privity/registry';
import type { ProtectNumber } from '@privity/registry';
import type { NumbersAllowed } from '@privity/routing/events';
import { handleCommand, readState } from '@privity/service';
import { ALLOWED_LISTS } from './subscriptions.js';

const HANDLER = 'registry.protect-allowed-list';
const CASE = 'registry.case-of-allowed-list';
const LEGAL = new Set(['ATTORNEY', 'LEGAL']);

/**
 * Anybody's list that calls a number a lawyer's protects it for everyone, approved or not: an unverified source still
 * turns recording off (P2, P3), and a case asks whether it is true. The event named as source tells nothing of the caller (P12).
 */
@Controller()
export class AllowedListReactor {
  constructor(private readonly store: EventStore) {}

  @EventPattern<string>('routing.NumbersAllowed', ALLOWED_LISTS)
  async protect(@Payload() event: EventEnvelope<NumbersAllowed['data']>, @Ctx() context: EventContext): Promise<void> {
    for (const [n, allowed] of event.data.numbers.entries()) {
      if (!LEGAL.has(allowed.relation.trim().toUpperCase())) continue;
      const command: ProtectNumber = {
        type: 'protect-number',
        index: allowed.index,
        source: { kind: 'allowed-list', ref: event.id },
        category: 'attorney',
        basis: 'called a lawyer on a list of allowed numbers',
        since: event.time,
        now: event.time,
      };
      await handleCommand(this.store, numberProtection, numberStream(allowed.index), command, {
        causationid: event.id,
        idOf: () => context.reactionId(HANDLER, n),
      });
      await this.openCase(allowed.index, event, () => context.reactionId(CASE, n));
    }
  }

  /** Where nobody else says so, a person has to find out: the word of a person in custody is not verified by anything. */
  private async openCase(index: BlindIndex, { id: cause, time }: EventEnvelope, idOf: () => string): Promise<void> {
    const { statements } = await readState(this.store, numberProtection, numberStream(index));
    const [only, ...others] = statements;
    if (others.length > 0 || only?.source.ref !== cause) return;
    const id = derivedId(index, 'unverified-relation', 0);
    const due = workDaysAfter(time, CASE_DUE_DAYS['unverified-relation']);
    const ends = { kind: 'allowed-list' } as const;
    const about = { case: id, cause: 'unverified-relation', of: 'number', indexes: [index], ends, due } as const;
    const meta = { causationid: cause, correlationid: id, time, idOf };
    await handleCommand(this.store, protectionCase, caseStream(id), { type: 'open-case', about }, meta);
  }
}
