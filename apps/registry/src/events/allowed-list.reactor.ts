import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { numberProtection, numberStream } from '@privity/registry';
import type { ProtectNumber } from '@privity/registry';
import type { NumbersAllowed } from '@privity/routing/events';
import { handleCommand } from '@privity/service';
import { ALLOWED_LISTS } from './subscriptions.js';

const HANDLER = 'registry.protect-allowed-list';
const LEGAL = new Set(['ATTORNEY', 'LEGAL']);

/**
 * Anybody's list that calls a number a lawyer's protects it for everyone, approved or not: an unverified source still
 * turns recording off (P2, P3). The event named as source tells nothing of the caller (P12).
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
    }
  }
}
