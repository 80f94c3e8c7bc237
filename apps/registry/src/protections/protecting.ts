import { Inject, Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { BlindIndexer, instant, lengthPrefixed, seal } from '@privity/kernel';
import type { BlindIndex, E164, KeyRing, SealedValue } from '@privity/kernel';
import {
  attorneyListing,
  callerProtection,
  callerProtectionStream,
  numberProtection,
  numberStream,
} from '@privity/registry';
import type { ListAttorney, ProtectCaller, ProtectionSource, ProtectNumber } from '@privity/registry';
import { FileKeyRing, handleCommand, INDEX_KEYS, SubjectKeys } from '@privity/service';
import type { CommandMeta, HandledCommand } from '@privity/service';
import { createHmac } from 'node:crypto';
import { Attestations } from '../cases/attestations.js';
import { OwnView } from '../events/own-view.js';

/** What a bar roll or a registrar says of a person. Personal data, sealed before it goes anywhere. */
export interface AttorneyPerson {
  readonly barNumber: string;
  readonly last: string;
  readonly first: string;
  readonly firm: string;
}

/** The commands of the registry with their sealing: where a number or a person turns into what an event may hold. */
@Injectable()
export class Protecting {
  readonly numbers: BlindIndexer;
  readonly callers: BlindIndexer;

  constructor(
    private readonly store: EventStore,
    private readonly subjects: SubjectKeys,
    private readonly ring: FileKeyRing,
    @Inject(OwnView) private readonly view: Pick<OwnView, 'hasSeen'>,
    @Inject(Attestations) private readonly attestations: Pick<Attestations, 'expect'>,
    @Inject(INDEX_KEYS) indexKeys: KeyRing,
  ) {
    this.numbers = new BlindIndexer(indexKeys, 'number-index');
    this.callers = new BlindIndexer(indexKeys, 'caller-index');
  }

  /** Makes the data keys of many subjects in two statements; the seals that follow find them in memory. */
  async prepareKeys(subjects: readonly string[]): Promise<void> {
    await this.subjects.keysFor(subjects);
  }

  /**
   * The stream of an attorney: keyed, since bar numbers can be enumerated. The oldest key, for good: under a newer one
   * the same person would be listed twice.
   */
  attorneyStream(barState: string, barNumber: string): string {
    return `attorney-${this.keyedHash(barState, barNumber)}`;
  }

  /** Equal for equal texts, for good, and says nothing of them: where an id is made of what a person wrote. */
  keyedHash(...texts: readonly string[]): string {
    const key = this.ring.live('attorney-id').at(-1) ?? this.ring.current('attorney-id');
    return createHmac('sha256', key.key)
      .update(lengthPrefixed(...texts))
      .digest('base64url');
  }

  /** Seals a text of a stream under the key of that stream's subject. */
  async seal(stream: string, field: string, text: string): Promise<SealedValue> {
    return seal(text, await this.subjects.keyFor(stream), `${stream}:${field}`);
  }

  /**
   * Protects a number on a source's word; nothing happens where that source has said so before.
   * @param index the number's, where it is known already
   */
  async protect(
    number: E164,
    said: Pick<ProtectNumber, 'source' | 'category' | 'basis' | 'since' | 'statement'>,
    meta: CommandMeta,
    index: BlindIndex = this.numbers.index(number),
  ): Promise<HandledCommand<unknown>> {
    const stream = numberStream(index);
    await this.expectAttestation(said.source, 'number', index);
    const sealed = await this.seal(stream, 'number', number);
    const command: ProtectNumber = { type: 'protect-number', index, number: sealed, now: instant(), ...said };
    const probablyNew = !this.view.hasSeen(index);
    return handleCommand(this.store, numberProtection, stream, command, { ...meta, probablyNew });
  }

  /** Protects a person in custody, whomever they call. @param id as the facilities name them */
  async protectCaller(
    id: string,
    said: Pick<ProtectCaller, 'source' | 'category' | 'basis' | 'since' | 'statement'>,
    meta: CommandMeta,
  ): Promise<HandledCommand<unknown>> {
    const index = this.callers.index(id);
    const stream = callerProtectionStream(index);
    await this.expectAttestation(said.source, 'caller', index);
    const person = await this.seal(stream, 'person', id);
    const command: ProtectCaller = { type: 'protect-caller', index, person, now: instant(), ...said };
    return handleCommand(this.store, callerProtection, stream, command, meta);
  }

  private async expectAttestation(source: ProtectionSource, of: 'number' | 'caller', index: BlindIndex): Promise<void> {
    if (source.kind === 'staff' || source.kind === 'registration') await this.attestations.expect(source, of, index);
  }

  /** Under the subject's own key, so that it is forgotten with them (P10). */
  private async personHash(attorney: string, { barNumber, last, first }: AttorneyPerson): Promise<string> {
    const { key } = await this.subjects.keyFor(attorney);
    return createHmac('sha256', key)
      .update(lengthPrefixed('person', barNumber, last, first))
      .digest('base64url');
  }

  /** Lists a person, or tells what is new about them. Protects nothing: that takes `protect`, number by number. */
  async listAttorney(
    attorney: string,
    said: Pick<ListAttorney, 'barState' | 'status'> & { person: AttorneyPerson; numbers: readonly BlindIndex[] },
    meta: CommandMeta,
  ): Promise<HandledCommand<unknown>> {
    const { person, numbers, ...rest } = said;
    const command: ListAttorney = {
      type: 'list-attorney',
      attorney,
      ...rest,
      person: await this.seal(attorney, 'person', JSON.stringify(person)),
      personHash: await this.personHash(attorney, person),
      numbers,
    };
    return handleCommand(this.store, attorneyListing, attorney, command, meta);
  }
}
