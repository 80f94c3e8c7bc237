import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import { callerProtectionStream, numberStream, protectionEnding } from '@privity/registry';
import type { CaseSettled } from '@privity/registry';
import { handleCommand } from '@privity/service';

/** Ends number by number what two people settled. Whoever comes first does it; the same settlement is followed once. */
@Injectable()
export class SettledEnds {
  constructor(private readonly store: EventStore) {}

  /** @param settlement id of the `CaseSettled` */
  async follow(settlement: string, { case: id, of, indexes, ends }: CaseSettled['data']): Promise<void> {
    // Side by side, so that appends share a commit: a case has hundreds of numbers, and somebody waits for the answer.
    const ending = indexes.map((index) => {
      const stream = of === 'number' ? numberStream(index) : callerProtectionStream(index);
      const command = { type: 'end-protection', of, index, ends, settlement } as const;
      return handleCommand(this.store, protectionEnding, stream, command, {
        causationid: settlement,
        correlationid: id,
        idOf: (n) => derivedId(settlement, `registry.end-settled:${index}`, n),
      });
    });
    await Promise.all(ending);
  }
}
