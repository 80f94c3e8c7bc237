import { Injectable } from '@nestjs/common';
import { findingDecider, matterStream, type RaiseFinding } from '@privity/audit';
import { EventStore } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import { handleCommand } from '@privity/service';

/** Matters remembered as raised, so that a thousand calls in an outage do not ask the store a thousand times. */
const REMEMBERED = 10_000;

/** Appends findings. Ids derive from the evidence, so a redelivery raises nothing twice. */
@Injectable()
export class FindingsRaiser {
  private readonly raised = new Set<string>();

  constructor(private readonly store: EventStore) {}

  async raise(finding: RaiseFinding | undefined): Promise<void> {
    if (finding === undefined) return;
    const stream = matterStream(finding);
    if (this.raised.has(stream)) return;
    await handleCommand(this.store, findingDecider, stream, finding, {
      causationid: finding.evidence,
      idOf: (n) => derivedId(finding.evidence, stream, n),
    });
    if (this.raised.size >= REMEMBERED) this.raised.clear();
    this.raised.add(stream);
  }
}
