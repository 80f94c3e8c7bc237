import { Controller, Get, Header, Param } from '@nestjs/common';
import { Roles } from '@privity/service';
import { formatTlogProof, inclusionProof } from '@privity/transparency-log';
import { CheckpointPublisher } from '../log/checkpoint-publisher.js';
import { NotInLog } from '../log/log-errors.js';
import { LogStore, type Coverage, type LogEntry } from '../log/log-store.js';

/** Events as the log has them. */
@Controller('api/audit')
export class LoggedEventsController {
  constructor(
    private readonly publisher: CheckpointPublisher,
    private readonly store: LogStore,
  ) {}

  /** A proof (c2sp.org/tlog-proof) that names no content: whoever holds the event's bytes can check it. */
  @Roles()
  @Get('events/:id/proof')
  @Header('content-type', 'text/plain; charset=utf-8')
  async proof(@Param('id') id: string): Promise<string> {
    const { index } = await this.entry(id);
    const { size, note } = await this.publisher.covering(index);
    const hashes = await inclusionProof(index, size, this.store.readTiles);
    return formatTlogProof({ index, hashes, checkpoint: note });
  }

  /** The event's bytes, exactly as hashed. */
  @Roles('auditor', 'operator')
  @Get('events/:id')
  @Header('content-type', 'application/cloudevents+json; charset=utf-8')
  async event(@Param('id') id: string): Promise<string> {
    return (await this.entry(id)).text;
  }

  /** What the log has of each shard of each source, and how much of it is signed. */
  @Roles('auditor', 'operator')
  @Get('log')
  async coverage(): Promise<{ size: number; signed: number; shards: Coverage[] }> {
    const { size } = await this.store.head();
    return { size, signed: (await this.publisher.latest()).size, shards: await this.store.coverage() };
  }

  private async entry(id: string): Promise<LogEntry> {
    const entry = await this.store.entryOf(id);
    if (entry === undefined) throw new NotInLog('this event');
    return entry;
  }
}
