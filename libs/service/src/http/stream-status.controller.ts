import { Controller, Get } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { streamStatus, type StreamStatus } from '@privity/event-stream';
import { DataSource } from 'typeorm';

import { Roles } from '../auth/decorators.js';
import { ServiceConfig } from '../config.js';

/** What this service knows of the stream; the gateway merges all into `GET /api/stream/status`. */
@Controller('stream')
@Roles('operator', 'auditor', 'service')
export class StreamStatusController {
  constructor(
    private readonly config: ServiceConfig,
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  @Get('status')
  status(): Promise<StreamStatus> {
    const { config, store, dataSource } = this;
    const relayed = config.stream.stream === 'kafka';
    return streamStatus({ dataSource, publisher: { source: config.source, store, relayed } });
  }
}
