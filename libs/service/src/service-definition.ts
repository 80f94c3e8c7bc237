import type { DynamicModule, Type } from '@nestjs/common';
import type { EventStore } from '@privity/event-store';
import type { StreamConfig, SubscriptionStrategy } from '@privity/event-stream';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

import type { ContextName, ServiceConfig } from './config.js';
import type { JsonLog } from './log.js';

/** What a service's `main.ts` says about itself; the rest every service has alike. */
export interface ServiceDefinition {
  readonly name: ContextName;
  /** The context's own module. Everything in `ServiceParts` can be injected in it by class. */
  readonly module: Type | DynamicModule;
  /** One strategy per consumer name@version; its `@EventPattern` handlers live in the module's controllers. */
  readonly subscriptions?: (parts: ServiceParts) => readonly SubscriptionStrategy[];
  /** Media types whose bodies a route reads as a stream (`@Req() request.body`) instead of as one value. */
  readonly streamedBodies?: readonly string[];
}

/** What `runService` opens before the module's providers are made. Closed by it, too. */
export interface ServiceParts {
  readonly config: ServiceConfig;
  readonly log: JsonLog;
  readonly store: EventStore;
  readonly dataSource: DataSource;
  /** Where to subscribe, as `config` has it; the service's own events are read without a request to itself. */
  readonly stream: StreamConfig;
  /** Plain connections to the same database, apart from the store's and TypeORM's. */
  readonly pool: Pool;
}
