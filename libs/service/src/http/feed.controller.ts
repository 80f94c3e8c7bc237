import { Controller, Get, Param, Query, type OnModuleDestroy } from '@nestjs/common';
import { feedQuery, FeedServer, type FeedPage } from '@privity/event-stream';
import { PrivityError } from '@privity/kernel';

import { Roles } from '../auth/decorators.js';
import { ServiceConfig } from '../config.js';
import { Stopping } from '../lifecycle/stopping.js';

/**
 * The service's own events as they stand, for readers with a right to them: services without Kafka, gap repair, auditors.
 * Not for partners, although they have a role: what they read carries pseudonyms made for each of them, not the keyed
 * indexes, which are the same everywhere (P12).
 */
@Controller('feed')
@Roles('service', 'auditor', 'operator')
export class FeedController implements OnModuleDestroy {
  constructor(
    private readonly config: ServiceConfig,
    private readonly stopping: Stopping,
    private readonly server: FeedServer,
  ) {}

  /** `?after=0:12,1:7&limit=&wait=` several shards at once; without `after` the heads. `wait` in milliseconds. */
  @Get(':context')
  several(
    @Param('context') context: string,
    @Query('after') after?: string,
    @Query('limit') limit?: string,
    @Query('wait') wait?: string,
  ): Promise<FeedPage> {
    this.requireOwn(context);
    return this.server.serve(feedQuery(undefined, { after, limit, wait }), this.stopping.signal);
  }

  /** `?after=<position>&limit=&wait=` one shard. */
  @Get(':context/:shard')
  one(
    @Param('context') context: string,
    @Param('shard') shard: string,
    @Query('after') after?: string,
    @Query('limit') limit?: string,
    @Query('wait') wait?: string,
  ): Promise<FeedPage> {
    this.requireOwn(context);
    return this.server.serve(feedQuery(shard, { after, limit, wait }), this.stopping.signal);
  }

  onModuleDestroy(): void {
    this.server.close();
  }

  private requireOwn(context: string): void {
    if (context !== this.config.name) throw new PrivityError('not-found', 404, 'Another service publishes that feed.');
  }
}
