import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { fold, Forgotten, PrivityError } from '@privity/kernel';
import type { E164, SealedValue } from '@privity/kernel';
import { attorneyListing, numberStream } from '@privity/registry';
import type { AttorneyListed, BarStatus, NumberProtected, RegistryEvent } from '@privity/registry';
import { OpenedValues } from './opened-values.js';
import type { AttorneyPerson } from './protecting.js';

export class AttorneyNotFound extends PrivityError {
  constructor() {
    super('attorney-not-found', 404, 'There is no such attorney.');
  }
}

/** What rolls and registrars said of an attorney so far. Personal data, opened. */
export interface AttorneyListing {
  readonly barState: string;
  readonly status: BarStatus;
  /** As a roll last wrote them; where none did, as they were listed. */
  readonly person: AttorneyPerson | Forgotten;
  /** As rolls wrote them, the latest first; those that were forgotten are not among them. */
  readonly surnames: readonly string[];
  /** Their numbers that a roll protected: where somebody answers who did not write the form. */
  readonly rollContacts: () => Promise<readonly E164[]>;
}

/** Reads attorneys back from their streams. */
@Injectable()
export class AttorneyListings {
  constructor(
    private readonly store: EventStore,
    private readonly values: OpenedValues,
  ) {}

  /** @param attorney stream of the attorney */
  async find(attorney: string): Promise<AttorneyListing | undefined> {
    const history = await this.store.readStream(attorney);
    const events = history.map(({ text }) => parseEnvelope(text)).map(({ type, data }) => ({ type, data }));
    const { status, numbers, rollPersons } = fold(attorneyListing, events as RegistryEvent[]);
    const listed = events.find(({ type }) => type === 'registry.AttorneyListed');
    if (status === undefined || listed === undefined) return undefined;
    const { barState, person } = listed.data as AttorneyListed['data'];
    const open = async (value: SealedValue) => {
      const text = await this.values.open(attorney, 'person', value);
      return typeof text === 'string' ? (JSON.parse(text) as AttorneyPerson) : text;
    };
    const asRolls = await Promise.all(rollPersons.map((one) => open(one.person)));
    const known = asRolls.flatMap((one) => (one instanceof Forgotten ? [] : one)).toReversed();
    return {
      barState,
      status,
      person: known[0] ?? (await open(person)),
      surnames: known.map(({ last }) => last),
      rollContacts: () => this.rollContacts(attorney, numbers),
    };
  }

  /** On this attorney's line of a roll: a number that a roll names for somebody else is nobody's proof of them. */
  private async rollContacts(attorney: string, indexes: readonly string[]): Promise<readonly E164[]> {
    const contacts = new Set<E164>();
    for (const stream of indexes.map(numberStream)) {
      for (const { text } of await this.store.readStream(stream)) {
        const { type, data } = parseEnvelope<Partial<NumberProtected['data']>>(text);
        const { source, number } = data;
        if (type !== 'registry.NumberProtected' || source?.kind !== 'bar-roll' || source.ref !== attorney) continue;
        const opened = number === undefined ? undefined : await this.values.open(stream, 'number', number);
        if (typeof opened === 'string') contacts.add(opened as E164);
      }
    }
    return [...contacts];
  }
}
