import { BaseRpcContext } from '@nestjs/microservices';
import { derivedId } from '@privity/kernel';
import type { EntityManager } from 'typeorm';
import type { StreamEvent } from '../stream-event.js';

/**
 * What `@Ctx()` gives a handler. `manager` is the transaction that also moves the checkpoint: write read models through
 * it and nothing else, and the event is applied exactly once.
 *
 * A reactor that appends to its own store does so while the transaction is open: an append is always a transaction of
 * its own, so it may stand although the checkpoint did not move. Give it `reactionId` as id and the redelivery repeats nothing.
 */
export class EventContext extends BaseRpcContext<[StreamEvent]> {
  /** The error a handler threw, before Nest replaced it by "Internal server error". */
  thrown: { readonly error: unknown } | undefined;

  constructor(
    readonly event: StreamEvent,
    readonly manager: EntityManager,
    readonly consumer: string,
  ) {
    super([event]);
  }

  get source(): string {
    return this.event.source;
  }
  get shard(): number {
    return this.event.shard;
  }
  get position(): number {
    return this.event.position;
  }
  get id(): string {
    return this.event.id;
  }
  get type(): string {
    return this.event.type;
  }
  /** The stored bytes. */
  get text(): string {
    return this.event.text;
  }

  /** Id of the n-th event that `handler` appends because of this one: the same on every redelivery. */
  reactionId(handler: string, n = 0): string {
    return derivedId(this.event.id, handler, n);
  }
}
