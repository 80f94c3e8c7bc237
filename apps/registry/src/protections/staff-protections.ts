import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { derivedId, instant, uuidv7 } from '@privity/kernel';
import type { Instant } from '@privity/kernel';
import { categoryOfNote, currentVersion, numberStream } from '@privity/registry';
import type { ProtectionChecked } from '@privity/registry';
import { OwnView } from '../events/own-view.js';
import { type EntryWarning, NearMatches } from './near-matches.js';
import { Protecting } from './protecting.js';
import { readNumber } from './read-number.js';

export interface ProtectionRequest {
  readonly number: string;
  /** In words; from it comes the category: "clergy", "consulate", "court order", "hotline", ... */
  readonly reason: string;
  /** On what it rests: a letter, an order, a form. Kept sealed. */
  readonly basis: string;
  readonly effectiveFrom?: string;
}

export interface ProtectionTaken {
  readonly protectionId: string;
  readonly since: Instant;
  /** Absent: none. */
  readonly warnings?: readonly EntryWarning[];
}

export interface ProtectionCheck {
  readonly protected: boolean;
  readonly since?: Instant;
}

/** Protections on the word of a member of staff. */
@Injectable()
export class StaffProtections {
  constructor(
    private readonly store: EventStore,
    private readonly protecting: Protecting,
    private readonly view: OwnView,
    private readonly near: NearMatches,
  ) {}

  /** Effective when this resolves: durable, and in the next heartbeat. @throws InvalidInput naming `number` */
  async protect(request: ProtectionRequest, actor: string, idempotencyKey?: string): Promise<ProtectionTaken> {
    const number = readNumber(request.number, 'number');
    const { reason, basis } = request;
    const stream = numberStream(this.protecting.numbers.index(number));
    // The number is part of it: a key used twice must not give two numbers one protection, which could then be ended as one.
    const protectionId =
      idempotencyKey === undefined ? uuidv7() : derivedId(idempotencyKey, `protection:${actor}:${stream}`, 0);
    const since = instant(request.effectiveFrom === undefined ? new Date() : new Date(request.effectiveFrom));
    await this.protecting.protect(
      number,
      {
        source: { kind: 'staff', ref: protectionId },
        category: categoryOfNote(reason),
        basis: 'stated by staff',
        statement: await this.protecting.seal(stream, 'statement', JSON.stringify({ reason, basis })),
        since,
      },
      { actor },
    );
    const warnings = await this.near.among([{ field: 'number', number }]);
    const taken = { protectionId, since: await this.sinceOf(stream, protectionId) };
    return warnings.length > 0 ? { ...taken, warnings } : taken;
  }

  async check(text: string, actor: string): Promise<ProtectionCheck> {
    const number = readNumber(text, 'number');
    const known = (await this.view.current()).find(this.protecting.numbers.candidates(number));
    const index = this.protecting.numbers.index(number);
    const type: ProtectionChecked['type'] = 'registry.ProtectionChecked';
    const data: ProtectionChecked['data'] = { index, protected: known !== undefined };
    await this.store.append(numberStream(index), 'any', [{ type, data, actor, version: currentVersion(type) }]);
    return known === undefined ? { protected: false } : { protected: true, since: known.since };
  }

  /** What the event says, also where this request is a repetition. */
  private async sinceOf(stream: string, protectionId: string): Promise<Instant> {
    for (const { text } of await this.store.readStream(stream)) {
      const { data } = parseEnvelope<{ source?: { ref: string }; since: Instant }>(text);
      if (data.source?.ref === protectionId) return data.since;
    }
    throw new Error('a protection that was taken is not in its stream');
  }
}
