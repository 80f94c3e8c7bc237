import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import type { BlindIndex, Forgotten } from '@privity/kernel';
import { attorneyListing } from '@privity/registry';
import { readState } from '@privity/service';
import { OpenedValues } from '../protections/opened-values.js';
import type { AttorneyPerson } from '../protections/protecting.js';

/** `[forgotten]` where its key was destroyed (P10); null where nobody wrote it down: a line of a member who is not active. */
export type OpenedNumber = string | Forgotten | null;

export interface OpenedMember {
  readonly attorney: string;
  readonly person: AttorneyPerson | Forgotten | null;
  readonly numbers: readonly OpenedNumber[];
}

/** Opens what a list's entries stand for. Whoever calls has written the event that says so (P4). */
@Injectable()
export class OpenedEntries {
  constructor(
    private readonly store: EventStore,
    private readonly values: OpenedValues,
  ) {}

  async number(index: BlindIndex): Promise<OpenedNumber> {
    return (await this.values.nameOf('number', index)) ?? null;
  }

  async member(attorney: string): Promise<OpenedMember> {
    const person = await this.values.newest(attorney, 'person');
    const { numbers } = await readState(this.store, attorneyListing, attorney);
    return {
      attorney,
      person: typeof person === 'string' ? (JSON.parse(person) as AttorneyPerson) : (person ?? null),
      numbers: await Promise.all(numbers.map((index) => this.number(index))),
    };
  }
}
