import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import type { BlindIndex } from '@privity/kernel';
import { attorneyListing } from '@privity/registry';
import { readState } from '@privity/service';
import { FORGOTTEN, OpenedValues } from '../protections/opened-values.js';
import type { AttorneyPerson } from '../protections/protecting.js';

/** A number, or what stands in its place where its key was destroyed (P10). */
export type OpenedNumber = string;

export interface OpenedMember {
  readonly attorney: string;
  readonly person: AttorneyPerson | typeof FORGOTTEN;
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
    return (await this.values.nameOf('number', index)) ?? FORGOTTEN;
  }

  async member(attorney: string): Promise<OpenedMember> {
    const person = await this.values.newest(attorney, 'person');
    const { numbers } = await readState(this.store, attorneyListing, attorney);
    return {
      attorney,
      person: typeof person === 'string' ? (JSON.parse(person) as AttorneyPerson) : FORGOTTEN,
      numbers: await Promise.all(numbers.map((index) => this.number(index))),
    };
  }
}
