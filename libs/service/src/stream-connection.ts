import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectSubscription, startRelay, type Relay } from '@privity/event-stream';

import type { ServiceDefinition, ServiceParts } from './service-definition.js';
import type { Readiness } from './lifecycle/readiness.js';

/** The service's two ends of the event stream: what it publishes, and what it subscribes to. */
export class StreamConnection {
  private relay: Relay | undefined;

  /** Attaches the subscriptions; nothing flows before `start`. */
  constructor(
    private readonly app: NestFastifyApplication,
    definition: ServiceDefinition,
    private readonly parts: ServiceParts & { readonly readiness: Readiness },
  ) {
    for (const strategy of definition.subscriptions?.(parts) ?? []) connectSubscription(app, strategy);
  }

  async start(): Promise<void> {
    const { config, store, pool, log } = this.parts;
    const { source, stream } = config;
    // With `feed`, readers come for the events themselves and nothing needs to be relayed.
    if (stream.stream === 'kafka') this.relay = await startRelay({ store, pool, source, stream, log: log.stream });
    await this.app.startAllMicroservices();
  }

  async stopRelay(): Promise<void> {
    await this.relay?.stop();
  }
}
