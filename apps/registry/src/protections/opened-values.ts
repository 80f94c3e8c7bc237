import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { Forgotten, unseal } from '@privity/kernel';
import type { BlindIndex, SealedValue } from '@privity/kernel';
import { callerProtectionStream, numberStream } from '@privity/registry';
import { SubjectKeys } from '@privity/service';

/** Reads sealed values for people who may see them. Whoever calls has written the event that says so (P4). */
@Injectable()
export class OpenedValues {
  constructor(
    private readonly store: EventStore,
    private readonly subjects: SubjectKeys,
  ) {}

  /** Opens what `Protecting.seal` sealed. @param field as whoever sealed it named it */
  async open(stream: string, field: string, value: SealedValue): Promise<string | Forgotten> {
    return unseal(value, await this.subjects.find(value.kid), `${stream}:${field}`);
  }

  /** The newest that opens: what was sealed after somebody was forgotten was said anew. Undefined: nobody wrote it down. */
  async newest(stream: string, field: string): Promise<string | Forgotten | undefined> {
    const history = await this.store.readStream(stream);
    const values = history.flatMap(
      ({ text }) => parseEnvelope<Record<string, SealedValue | undefined>>(text).data[field] ?? [],
    );
    let opened: string | Forgotten | undefined;
    for (const value of values.toReversed()) {
      opened = await this.open(stream, field, value);
      if (typeof opened === 'string') return opened;
    }
    return opened;
  }

  /** The number, or the id in custody, that an index stands for. */
  nameOf(of: 'number' | 'caller', index: BlindIndex): Promise<string | Forgotten | undefined> {
    return of === 'number'
      ? this.newest(numberStream(index), 'number')
      : this.newest(callerProtectionStream(index), 'person');
  }
}
