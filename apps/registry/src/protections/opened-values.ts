import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { Forgotten, unseal } from '@privity/kernel';
import type { BlindIndex, SealedValue } from '@privity/kernel';
import { callerProtectionStream, numberStream } from '@privity/registry';
import { SubjectKeys } from '@privity/service';

/** Reads sealed values for people who may see them. Undefined: nobody wrote it down, or it was forgotten (P10). */
@Injectable()
export class OpenedValues {
  constructor(
    private readonly store: EventStore,
    private readonly subjects: SubjectKeys,
  ) {}

  /** @param field as whoever sealed it named it */
  async open(stream: string, field: string, value: SealedValue): Promise<string | undefined> {
    const opened = unseal(value, await this.subjects.find(value.kid), `${stream}:${field}`);
    return opened instanceof Forgotten ? undefined : opened;
  }

  /** The number, or the id in custody, that an index stands for. */
  async nameOf(of: 'number' | 'caller', index: BlindIndex): Promise<string | undefined> {
    const [stream, field] =
      of === 'number'
        ? ([numberStream(index), 'number'] as const)
        : ([callerProtectionStream(index), 'person'] as const);
    for (const { text } of await this.store.readStream(stream)) {
      const value = parseEnvelope<Record<string, SealedValue | undefined>>(text).data[field];
      if (value !== undefined) return this.open(stream, field, value);
    }
    return undefined;
  }
}
