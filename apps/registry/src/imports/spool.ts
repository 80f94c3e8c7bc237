import { Injectable } from '@nestjs/common';
import { ServiceConfig } from '@privity/service';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where an upload stands while it is read: private to this service of this installation, emptied at each start. */
@Injectable()
export class Spool {
  readonly folder: string;

  constructor({ databaseUrl, env }: ServiceConfig) {
    const installation = createHash('sha256').update(databaseUrl).digest('hex').slice(0, 16);
    this.folder = env.text('PRIVITY_SPOOL_DIR') ?? join(tmpdir(), `privity-registry-${installation}`);
  }
}
