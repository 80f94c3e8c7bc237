import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { derivedId, instant, InvalidInput, uuidv7 } from '@privity/kernel';
import type { E164, Instant } from '@privity/kernel';
import { callerProtectionStream, categoryOfNote, numberStream } from '@privity/registry';
import { type EntryWarning, NearMatches } from './near-matches.js';
import { Protecting } from './protecting.js';
import { readNumber } from './read-number.js';

export interface ProtectionRequest {
  /** A telephone number; or `caller`, one of the two. */
  readonly number?: string;
  /** A person in custody, by the id that the facilities use: protected whomever they call, wherever they are moved. */
  readonly caller?: string;
  /** In words; from it comes the category: "clergy", "consulate", "court order", "hotline", ... */
  readonly reason: string;
  /** On what it rests: a letter, an order, a form. Kept sealed. */
  readonly basis: string;
  readonly effectiveFrom?: string;
}

type Protected = { readonly stream: string } & ({ readonly number: E164 } | { readonly caller: string });

export interface ProtectionTaken {
  readonly protectionId: string;
  readonly since: Instant;
  /** Absent: none. */
  readonly warnings?: readonly EntryWarning[];
}

/** Protections on the word of a member of staff. */
@Injectable()
export class StaffProtections {
  constructor(
    private readonly store: EventStore,
    private readonly protecting: Protecting,
    private readonly near: NearMatches,
  ) {}

  /** Effective when this resolves: durable, and in the next heartbeat. @throws InvalidInput naming `number` or `caller` */
  async protect(request: ProtectionRequest, actor: string, idempotencyKey?: string): Promise<ProtectionTaken> {
    const who = this.whoOf(request);
    const { reason, basis } = request;
    // Who it is, is part of it: a key used twice must not give two numbers one protection, which could then be ended as one.
    const protectionId =
      idempotencyKey === undefined ? uuidv7() : derivedId(idempotencyKey, `protection:${actor}:${who.stream}`, 0);
    const said = {
      source: { kind: 'staff', ref: protectionId },
      category: categoryOfNote(reason),
      basis: 'stated by staff',
      statement: await this.protecting.seal(who.stream, 'statement', JSON.stringify({ reason, basis })),
      since: instant(request.effectiveFrom === undefined ? new Date() : new Date(request.effectiveFrom)),
    } as const;
    if ('caller' in who) await this.protecting.protectCaller(who.caller, said, { actor });
    else await this.protecting.protect(who.number, said, { actor });
    const taken = { protectionId, since: await this.sinceOf(who.stream, protectionId) };
    const warnings = 'caller' in who ? [] : await this.near.among([{ field: 'number', number: who.number }]);
    return warnings.length > 0 ? { ...taken, warnings } : taken;
  }

  private whoOf({ number, caller }: ProtectionRequest): Protected {
    if (number !== undefined && caller !== undefined) {
      throw new InvalidInput('caller', 'A protection is for a number or for a person, not for both.');
    }
    if (caller !== undefined) {
      const id = caller.trim();
      if (id === '') throw new InvalidInput('caller', 'is empty');
      return { caller: id, stream: callerProtectionStream(this.protecting.callers.index(id)) };
    }
    const parsed = readNumber(number ?? '', 'number');
    return { number: parsed, stream: numberStream(this.protecting.numbers.index(parsed)) };
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
