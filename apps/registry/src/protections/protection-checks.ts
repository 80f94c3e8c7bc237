import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import type { E164, Instant } from '@privity/kernel';
import { currentVersion, numberStream } from '@privity/registry';
import type { ProtectionChecked } from '@privity/registry';
import { OwnView } from '../events/own-view.js';
import { Protecting } from './protecting.js';

export interface ProtectionCheck {
  readonly protected: boolean;
  readonly since?: Instant;
}

/** A member of staff, or whoever answers at the number itself and has proven it. */
export type CheckedBy = { readonly actor: string } | { readonly proven: true };

/** Whether a number is protected and since when; nothing else, and nobody learns it before the event that says so (P4). */
@Injectable()
export class ProtectionChecks {
  constructor(
    private readonly store: EventStore,
    private readonly protecting: Protecting,
    private readonly view: OwnView,
  ) {}

  async check(number: E164, by: CheckedBy): Promise<ProtectionCheck> {
    const known = (await this.view.current()).find(this.protecting.numbers.candidates(number));
    const index = this.protecting.numbers.index(number);
    const type: ProtectionChecked['type'] = 'registry.ProtectionChecked';
    const { actor, ...proof } = 'actor' in by ? by : { ...by, actor: undefined };
    const data: ProtectionChecked['data'] = { index, protected: known !== undefined, ...proof };
    const event = { type, data, version: currentVersion(type), ...(actor === undefined ? {} : { actor }) };
    await this.store.append(numberStream(index), 'any', [event]);
    return known === undefined ? { protected: false } : { protected: true, since: known.since };
  }
}
