import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { derivedId } from '@privity/kernel';
import {
  attorneyListing,
  CASE_DUE_DAYS,
  CaseNotOpen,
  inCases,
  caseStream,
  protectionCase,
  protectsNumbers,
  workDaysAfter,
} from '@privity/registry';
import type { AttorneyListingChanged, CaseEndProposed, CaseOpened, CaseSettled } from '@privity/registry';
import { handleCommand, readState } from '@privity/service';
import { SettledEnds } from '../cases/settled-ends.js';
import { REACTIONS } from './subscriptions.js';

const CHANGED = 'registry.case-of-changed-status';
/** Who keeps a case that a later roll answers. */
const ROLL = 'bar-roll';

/** Nothing ends by itself: a changed status opens a case, and what two people settled is ended number by number. */
@Controller()
export class CasesReactor {
  constructor(
    private readonly store: EventStore,
    private readonly ends: SettledEnds,
  ) {}

  @EventPattern<string>('registry.AttorneyListingChanged', REACTIONS)
  async statusChanged(
    @Payload() { id: cause, time, data: { attorney, status } }: EventEnvelope<AttorneyListingChanged['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    if (status.from === status.to) return;
    const { numbers } = await readState(this.store, attorneyListing, attorney);
    const due = workDaysAfter(time, CASE_DUE_DAYS['status-changed']);
    for (const [n, indexes] of inCases(numbers).entries()) {
      const id = derivedId(attorney, 'status-changed', n);
      const meta = { causationid: cause, correlationid: id, time, idOf: () => context.reactionId(CHANGED, n) };
      if (protectsNumbers(status.to)) {
        const kept = { type: 'settle-case', outcome: 'kept', settledBy: ROLL } as const;
        await handleCommand(this.store, protectionCase, caseStream(id), kept, meta).catch((error: unknown) => {
          if (!(error instanceof CaseNotOpen)) throw error;
        });
        continue;
      }
      const subject = { case: id, cause: 'status-changed', attorney, of: 'number' } as const;
      const about = { ...subject, indexes, ends: { ref: attorney }, due };
      await handleCommand(this.store, protectionCase, caseStream(id), { type: 'open-case', about }, meta);
    }
  }

  @EventPattern<string>('registry.CaseOpened', REACTIONS)
  async opened(@Payload() event: EventEnvelope<CaseOpened['data']>, @Ctx() { manager }: EventContext): Promise<void> {
    const { case: id, cause, attorney, due } = event.data;
    await manager.query(
      `insert into registry_case (case_id, cause, attorney, due, events) values ($1, $2, $3, $4, array[$5::uuid])
       on conflict (case_id) do nothing`,
      [id, cause, attorney ?? null, due, event.id],
    );
  }

  @EventPattern<string>('registry.CaseEndProposed', REACTIONS)
  async proposed(
    @Payload() event: EventEnvelope<CaseEndProposed['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    await manager.query(
      'update registry_case set proposed_by = $2, events = array_append(events, $3::uuid) where case_id = $1',
      [event.data.case, event.data.proposedBy, event.id],
    );
  }

  @EventPattern<string>('registry.CaseSettled', REACTIONS)
  async settled(@Payload() event: EventEnvelope<CaseSettled['data']>, @Ctx() { manager }: EventContext): Promise<void> {
    // Where whoever settled it was cut off before.
    await this.ends.follow(event.id, event.data);
    await manager.query('delete from registry_case where case_id = $1', [event.data.case]);
  }
}
