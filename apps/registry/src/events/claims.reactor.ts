import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { derivedId } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import {
  CASE_DUE_DAYS,
  caseStream,
  numberProtection,
  numberStream,
  protectionCase,
  readRegistryEvent,
  workDaysAfter,
} from '@privity/registry';
import type { CaseSettled, ProtectionSource } from '@privity/registry';
import type { PrivilegeClaimed } from '@privity/routing/events';
import { type CommandMeta, handleCommand, readState } from '@privity/service';
import { Attestations } from '../cases/attestations.js';
import { SettledEnds } from '../cases/settled-ends.js';
import { ALLOWED_LISTS, REACTIONS } from './subscriptions.js';

const CAUSE = 'privilege-claimed';
const PROTECT = 'registry.protect-claimed';
const CASE = 'registry.case-of-claim';
const UPHELD = 'registry.protect-upheld';

/**
 * A party to a call said that it is privileged (T11): on their word alone the number is protected, and a case asks whether it
 * is true. One person may uphold it, and then it is protected on the office's word; two may reject it.
 */
@Controller()
export class ClaimsReactor {
  constructor(
    private readonly store: EventStore,
    private readonly attestations: Attestations,
    private readonly ends: SettledEnds,
  ) {}

  @EventPattern<string>('routing.PrivilegeClaimed', ALLOWED_LISTS)
  async claimed(
    @Payload() { id: causationid, subject, time, data }: EventEnvelope<PrivilegeClaimed['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    const { dialed: index } = data;
    const basis = 'claimed in a call to be privileged';
    await this.protect(
      index,
      { source: { kind: 'claim', ref: subject }, basis, time },
      {
        causationid,
        idOf: (n) => context.reactionId(PROTECT, n),
      },
    );
    const { statements } = await readState(this.store, numberProtection, numberStream(index));
    // Where anybody else protects it nothing is in doubt.
    if (statements.some(({ source }) => source.kind !== 'claim')) return;
    const id = derivedId(index, CAUSE, 0);
    const due = workDaysAfter(time, CASE_DUE_DAYS[CAUSE]);
    const about = { case: id, cause: CAUSE, of: 'number', indexes: [index], ends: { kind: 'claim' }, due } as const;
    await handleCommand(
      this.store,
      protectionCase,
      caseStream(id),
      { type: 'open-case', about },
      { causationid, correlationid: id, time, idOf: (n) => context.reactionId(CASE, n) },
    );
  }

  /** What staff found out has to be said again every year, like all that they say. */
  @EventPattern<string>('registry.CaseSettled', REACTIONS)
  async settled(
    @Payload() { id: causationid, subject, time, data }: EventEnvelope<CaseSettled['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    if (data.cause !== CAUSE || data.outcome !== 'kept') return;
    const source = { kind: 'staff', ref: data.case } as const;
    for (const index of await this.indexesOf(subject)) {
      await this.attestations.expect(source, 'number', index);
      await this.protect(
        index,
        { source, basis: 'a claim of privilege was upheld', time },
        {
          causationid,
          actor: data.settledBy,
          idOf: (n) => context.reactionId(`${UPHELD} ${index}`, n),
        },
      );
      // The office's word stands in its place: were both to stand, the end of one would leave an old doubt behind.
      await this.ends.follow(causationid, { ...data, indexes: [index] });
    }
  }

  private async protect(
    index: BlindIndex,
    { source, basis, time }: { readonly source: ProtectionSource; readonly basis: string; readonly time: string },
    meta: CommandMeta,
  ): Promise<void> {
    const command = {
      type: 'protect-number',
      index,
      source,
      category: 'attorney',
      basis,
      since: time,
      now: time,
    } as const;
    await handleCommand(this.store, numberProtection, numberStream(index), command, meta);
  }

  /** A settlement that keeps names nothing: what it is about stands where the case was opened. */
  private async indexesOf(stream: string): Promise<readonly BlindIndex[]> {
    const events = (await this.store.readStream(stream)).map(({ text }) => readRegistryEvent(parseEnvelope(text)));
    const opened = events.findLast((event) => event.type === 'registry.CaseOpened');
    return opened?.type === 'registry.CaseOpened' ? opened.data.indexes : [];
  }
}
