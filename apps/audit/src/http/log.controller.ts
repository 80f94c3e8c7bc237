import { Controller, Get, Header, Req } from '@nestjs/common';
import { Public, Roles } from '@privity/service';
import { HASH_SIZE, parseTilePath, tileWidth, type TileId } from '@privity/transparency-log';
import type { FastifyRequest } from 'fastify';
import { CheckpointPublisher } from '../log/checkpoint-publisher.js';
import { NotInLog } from '../log/log-errors.js';
import { LogStore } from '../log/log-store.js';

const FOREVER = 'public, max-age=31536000, immutable';

/** The log as c2sp.org/tlog-tiles lays it out. Hashes are for everyone; entries are for those who may read events. */
@Controller('log')
export class LogController {
  constructor(
    private readonly publisher: CheckpointPublisher,
    private readonly store: LogStore,
  ) {}

  @Public()
  @Get('checkpoint')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('cache-control', 'no-cache')
  async checkpoint(): Promise<string> {
    return (await this.publisher.latest()).note;
  }

  @Roles('auditor', 'operator')
  @Get('tile/entries/*')
  @Header('content-type', 'application/octet-stream')
  @Header('cache-control', FOREVER.replace('public', 'private'))
  async entries(@Req() request: FastifyRequest): Promise<Buffer> {
    const { index, width } = await this.signedTile(request);
    return this.store.readBundle(index, width);
  }

  @Public()
  @Get('tile/*')
  @Header('content-type', 'application/octet-stream')
  @Header('cache-control', FOREVER)
  async tile(@Req() request: FastifyRequest): Promise<Buffer> {
    const { level, index, width } = await this.signedTile(request);
    if (level === 'entries') throw new NotInLog('this tile');
    const [hashes] = await this.store.readTiles([{ level, index, width }]);
    // A stored tile may have grown since the checkpoint: a partial tile is the beginning of the full one.
    return Buffer.from(hashes ?? []).subarray(0, width * HASH_SIZE);
  }

  /** Only what the checkpoint covers is served: nobody is shown a hash that is not signed for. */
  private async signedTile({ url }: FastifyRequest): Promise<TileId> {
    const path = url.split('?')[0] ?? '';
    const id = tileAt(path.slice(path.indexOf('/tile/') + '/tile/'.length));
    const { size } = await this.publisher.latest();
    if (id === undefined || id.width > tileWidth(id.level, id.index, size)) throw new NotInLog('this tile');
    return id;
  }
}

function tileAt(path: string): TileId | undefined {
  try {
    return parseTilePath(path);
  } catch {
    return undefined;
  }
}
