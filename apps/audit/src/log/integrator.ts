import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Subscription, sourceOf } from '@privity/event-stream';
import { CONTEXTS, crash, JsonLog, ServiceConfig } from '@privity/service';
import { DataSource } from 'typeorm';
import { integrate } from './integrate.js';

/** Large, because every transaction rewrites the right edge of the tree. */
const BATCH = 4_096;

/**
 * Puts the bytes of every event of every service into the log. It knows no types and decides nothing, so no event can
 * stop it but one that is no event; findings are another consumer's.
 */
@Injectable()
export class Integrator implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private subscription: Subscription | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: ServiceConfig,
    private readonly log: JsonLog,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.subscription = await Subscription.start({
      consumer: 'audit-log',
      version: 1,
      sources: CONTEXTS.map(sourceOf),
      stream: this.config.stream,
      dataSource: this.dataSource,
      batchSize: BATCH,
      apply: integrate,
      onCrash: crash,
      log: this.log.stream,
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.subscription?.stop();
  }
}
