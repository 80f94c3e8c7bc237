import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { readAs } from '../events/meaning.js';
import { FINDING_LIST } from '../events/subscriptions.js';
import { FindingLine } from './finding.entity.js';

/** Projects findings into a list. */
@Controller()
export class FindingListProjection {
  @EventPattern<string>('audit.FindingRaised', FINDING_LIST)
  async raised(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    const { id, time, data } = readAs(envelope, 'audit.FindingRaised');
    await manager.insert(FindingLine, { event: id, at: time, ...data });
  }
}
