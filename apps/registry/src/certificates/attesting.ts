import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DuplicateEvent, EventStore } from '@privity/event-store';
import { derivedId, type Instant, instant } from '@privity/kernel';
import { ATTESTATION_STREAM, attestedHour, currentVersion, type RegistryAttested } from '@privity/registry';
import { ConfigError, JsonLog, ServiceConfig } from '@privity/service';
import { OwnFigures } from './own-figures.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AGAIN_MS = 60_000;
/** Of the interval: so long after the start comes the first. */
const FIRST = 1 / 60;

/** Says once in each hour, as an event, what the registry protects: the replay of any later day is held against it. */
@Injectable()
export class Attesting implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly figures: OwnFigures,
    private readonly store: EventStore,
    private readonly log: JsonLog,
    config: ServiceConfig,
  ) {
    this.everyMs = config.env.integer('PRIVITY_ATTEST_EVERY_MS', HOUR_MS);
    if (this.everyMs < 1 || this.everyMs > DAY_MS) {
      throw new ConfigError('PRIVITY_ATTEST_EVERY_MS', `is not a number of milliseconds from 1 to ${DAY_MS}`);
    }
  }

  onApplicationBootstrap(): void {
    this.schedule(this.everyMs * FIRST);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.last;
  }

  /**
   * One event an hour, whichever replica is first: the others come with the same id and other figures, and theirs is not taken.
   * @throws StoreRestored: a registry that lost events has nothing to attest (T3)
   */
  async attest(now: Instant = instant()): Promise<void> {
    const hour = attestedHour(now, this.everyMs);
    const type: RegistryAttested['type'] = 'registry.RegistryAttested';
    const data: RegistryAttested['data'] = { hour, ...(await this.figures.now()) };
    const event = { id: derivedId(hour, 'attest', 0), type, data, version: currentVersion(type) };
    try {
      await this.store.append(ATTESTATION_STREAM, 'any', [event]);
    } catch (error) {
      if (!(error instanceof DuplicateEvent)) throw error;
    }
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => (this.last = this.run()), afterMs).unref();
  }

  private async run(): Promise<void> {
    try {
      await this.attest();
      this.schedule(this.everyMs - (Date.now() % this.everyMs));
    } catch (error) {
      this.log.failure('the hour could not be attested', error, 'warn');
      this.schedule(Math.min(AGAIN_MS, this.everyMs));
    }
  }
}
