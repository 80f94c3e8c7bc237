import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { park, parkableHalt, type ParkedEvent, resume } from '@privity/event-stream';
import { derivedId, type EventParkedData, PrivityError } from '@privity/kernel';
import { DataSource } from 'typeorm';

import { CurrentUser, Roles } from '../auth/decorators.js';
import type { Principal } from '../auth/principal.js';
import { ServiceConfig } from '../config.js';
import { JsonBody } from './json-body.js';

interface HaltedShard {
  readonly consumer: string;
  readonly version: number;
  readonly source: string;
  readonly shard: number;
}

interface ToPark extends HaltedShard {
  readonly position: number;
  readonly reason: string;
}

const SHARD = {
  consumer: { type: 'string', minLength: 1, maxLength: 100 },
  version: { type: 'integer', minimum: 1 },
  source: { type: 'string', pattern: '^/privity/[a-z]+$' },
  shard: { type: 'integer', minimum: 0, maximum: 11 },
} as const;
const SHARD_NAMES = ['consumer', 'version', 'source', 'shard'];
const RESUME = { type: 'object', additionalProperties: false, required: SHARD_NAMES, properties: SHARD };
const PARK = {
  type: 'object',
  additionalProperties: false,
  required: [...SHARD_NAMES, 'position', 'reason'],
  properties: {
    ...SHARD,
    position: { type: 'integer', minimum: 1 },
    reason: { type: 'string', minLength: 3, maxLength: 500 },
  },
};

/** What an operator can do about a halt that `GET /api/stream/status` shows. */
@Controller('api/stream/:context')
@Roles('operator')
export class HaltedShardsController {
  constructor(
    private readonly config: ServiceConfig,
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * Passes the halted event over. The event that says so is durable first, under an id of its own that a retry repeats;
   * only then does the shard go on.
   */
  @Post('parked')
  async park(
    @Param('context') context: string,
    @Body(new JsonBody<ToPark>(PARK)) asked: ToPark,
    @CurrentUser() operator: Principal,
  ): Promise<ParkedEvent> {
    this.requireOwn(context);
    const { consumer, version, source, shard, position, reason } = asked;
    const halt = await parkableHalt(this.dataSource.manager, asked, position);
    const data: EventParkedData = { consumer, version, source, shard, position, id: halt.id, type: halt.type, reason };
    const id = derivedId(halt.id, `parked by ${consumer}@${version}: ${operator.subject}: ${reason}`, 0);
    const known = (await this.store.readStream(`parked-${consumer}`)).some((event) => event.id === id);
    if (!known) {
      const parked = {
        id,
        type: `${this.config.name}.EventParked`,
        data,
        actor: operator.subject,
        causationid: halt.id,
      };
      await this.store.append(`parked-${consumer}`, 'any', [parked]);
    }
    return park(this.dataSource, { ...asked, by: operator.subject });
  }

  /** Tries the halted event again, after its cause was removed. */
  @Post('resumed')
  @HttpCode(204)
  async resume(
    @Param('context') context: string,
    @Body(new JsonBody<HaltedShard>(RESUME)) shard: HaltedShard,
  ): Promise<void> {
    this.requireOwn(context);
    await resume(this.dataSource, shard);
  }

  private requireOwn(context: string): void {
    if (context !== this.config.name) throw new PrivityError('not-found', 404, 'Another service has that consumer.');
  }
}
