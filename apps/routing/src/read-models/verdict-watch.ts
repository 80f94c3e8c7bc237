import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import type { RegistryVerdictChanged, RegistryViewUsed } from '@privity/routing';
import { JsonLog, Membership, newEvents, Repeated } from '@privity/service';
import { RegistryView } from './registry-view.js';

const EVERY_MS = 500;

/** Says when this replica begins and ceases to believe its view of the registry, whether or not anybody calls (P3, T3). */
@Injectable()
export class VerdictWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** As was last said, durably. */
  private said: RegistryViewUsed['state'] = 'stale';
  private watching: Repeated | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly view: RegistryView,
    private readonly membership: Membership,
    private readonly log: JsonLog,
  ) {}

  onApplicationBootstrap(): void {
    this.watching = new Repeated(
      () => this.look(),
      EVERY_MS,
      (error) => this.log.failure('that the view of the registry changed could not be said yet', error, 'warn'),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.watching?.end();
  }

  private async look(): Promise<void> {
    const { state: to, ageMs } = this.view.trust.verdict();
    const from = this.said;
    if (to === from) return;
    const changed: RegistryVerdictChanged = { type: 'routing.RegistryVerdictChanged', data: { from, to, ageMs } };
    await this.store.append(`registry-view-${this.membership.id}`, 'any', newEvents([changed], {}));
    this.said = to;
  }
}
