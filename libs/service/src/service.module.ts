import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventStore } from '@privity/event-store';
import { FeedServer } from '@privity/event-stream';
import { Pool } from 'pg';

import { RoleGuard } from './auth/guard.js';
import { TokenVerifier } from './auth/tokens.js';
import { ServiceConfig } from './config.js';
import { FeedController } from './http/feed.controller.js';
import { HaltedShardsController } from './http/halted-shards.controller.js';
import { HealthController } from './http/health.controller.js';
import { StreamStatusController } from './http/stream-status.controller.js';
import { FileKeyRing } from './keys/file-key-ring.js';
import type { ServiceKeys } from './keys/service-keys.js';
import { SubjectKeys } from './keys/subject-keys.js';
import { Readiness } from './lifecycle/readiness.js';
import { Stopping } from './lifecycle/stopping.js';
import { JsonLog } from './log.js';
import { ProblemFilter } from './problems/problem-filter.js';
import type { ServiceDefinition } from './service-definition.js';

/** Token of the key ring shared by registry, routing and recording: `@Inject(INDEX_KEYS) ring: KeyRing`. */
export const INDEX_KEYS = Symbol('index keys');

const TYPEORM_CONNECTIONS = 10;

/** What was opened before Nest: values, so that a failure to open is one plain line and no dependency puzzle. */
export interface OpenedParts {
  readonly config: ServiceConfig;
  readonly log: JsonLog;
  readonly store: EventStore;
  readonly feed: FeedServer;
  readonly pool: Pool;
  readonly readiness: Readiness;
  readonly stopping: Stopping;
  readonly keys: ServiceKeys;
}

/** The part of the application that every service shares; global, so that a context's module just injects. */
@Module({})
export class ServiceModule {
  static around(definition: ServiceDefinition, parts: OpenedParts): DynamicModule {
    const { config, log, store, feed, pool, readiness, stopping, keys } = parts;
    const offered = [
      { provide: ServiceConfig, useValue: config },
      { provide: JsonLog, useValue: log },
      { provide: EventStore, useValue: store },
      { provide: FeedServer, useValue: feed },
      { provide: Pool, useValue: pool },
      { provide: Readiness, useValue: readiness },
      { provide: Stopping, useValue: stopping },
      { provide: FileKeyRing, useValue: keys.own },
      { provide: SubjectKeys, useValue: new SubjectKeys(pool, keys.own) },
      { provide: TokenVerifier, useValue: new TokenVerifier(keys.identity) },
      ...(keys.index === undefined ? [] : [{ provide: INDEX_KEYS, useValue: keys.index }]),
    ];
    return {
      module: ServiceModule,
      global: true,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: config.databaseUrl,
          autoLoadEntities: true,
          synchronize: false,
          logging: false,
          applicationName: `privity-${config.name}`,
          poolSize: TYPEORM_CONNECTIONS,
          retryAttempts: 3,
          retryDelay: 500,
        }),
        definition.module,
      ],
      controllers: [HealthController, FeedController, StreamStatusController, HaltedShardsController],
      providers: [
        ...offered,
        { provide: APP_GUARD, useClass: RoleGuard },
        { provide: APP_FILTER, useValue: new ProblemFilter(log) },
      ],
      exports: offered.map(({ provide }) => provide),
    };
  }
}
