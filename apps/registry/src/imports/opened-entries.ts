import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { Forgotten, type SealedValue, unseal } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import { numberStream, readRegistryEvent } from '@privity/registry';
import type { RegistryEvent } from '@privity/registry';
import { SubjectKeys } from '@privity/service';
import type { AttorneyPerson } from '../protections/protecting.js';

const FORGOTTEN = '[forgotten]';

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
    private readonly subjects: SubjectKeys,
  ) {}

  async number(index: BlindIndex): Promise<OpenedNumber> {
    const stream = numberStream(index);
    const sealed = (await this.eventsOf(stream)).flatMap((event) =>
      event.type === 'registry.NumberProtected' && event.data.number !== undefined ? [event.data.number] : [],
    );
    return this.open(sealed, `${stream}:number`);
  }

  async member(attorney: string): Promise<OpenedMember> {
    const events = await this.eventsOf(attorney);
    const listed = events.flatMap((event) => (event.type === 'registry.AttorneyListed' ? [event.data] : []));
    const added = events.flatMap((event) =>
      event.type === 'registry.AttorneyListingChanged' ? event.data.numbersAdded : [],
    );
    const person = await this.open(
      listed.map((data) => data.person),
      `${attorney}:person`,
    );
    const numbers: OpenedNumber[] = [];
    for (const index of [...listed.flatMap((data) => data.numbers), ...added]) numbers.push(await this.number(index));
    return {
      attorney,
      person: person === FORGOTTEN ? FORGOTTEN : (JSON.parse(person) as AttorneyPerson),
      numbers,
    };
  }

  /** The newest that opens: what was sealed after somebody was forgotten was said anew. */
  private async open(sealed: readonly SealedValue[], place: string): Promise<string> {
    for (const value of sealed.toReversed()) {
      const opened = unseal(value, await this.subjects.find(value.kid), place);
      if (!(opened instanceof Forgotten)) return opened;
    }
    return FORGOTTEN;
  }

  private async eventsOf(stream: string): Promise<RegistryEvent[]> {
    return (await this.store.readStream(stream)).map(({ text }) => readRegistryEvent(parseEnvelope(text)));
  }
}
