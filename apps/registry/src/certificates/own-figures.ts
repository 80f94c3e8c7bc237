import { Injectable } from '@nestjs/common';
import { EventStore, StoreRestored } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import type { RegistryFigures } from '@privity/registry';
import { OwnView } from '../events/own-view.js';

/** What the registry can vouch for: heartbeats, certificates and attestations say nothing else. */
@Injectable()
export class OwnFigures {
  constructor(
    private readonly view: OwnView,
    private readonly store: EventStore,
  ) {}

  /**
   * Count and digest of all that is protected, never behind the heads of this moment.
   * @throws StoreRestored from a store that lost events: whoever starts on what is left would agree with it and call it whole (T3)
   */
  async now(): Promise<RegistryFigures> {
    const view = await this.view.current();
    if (this.store.restored !== undefined) throw new StoreRestored(this.store.restored);
    const shards = Array.from({ length: SHARDS }, (_, shard) => view.shardDigest(shard)).filter((d) => d !== undefined);
    return { count: view.count, persons: view.persons, digest: view.digest(), shards };
  }
}
