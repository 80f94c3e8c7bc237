import { Injectable } from '@nestjs/common';
import { ServiceConfig } from '@privity/service';
import { join } from 'node:path';

/**
 * Where an upload stands while it is read, emptied at each start. Beside the keys: a folder that nobody else can enter or
 * make first, and no backup has.
 */
@Injectable()
export class Spool {
  readonly folder: string;

  constructor({ keysDir, env }: ServiceConfig) {
    this.folder = env.text('PRIVITY_SPOOL_DIR') ?? join(keysDir, 'spool');
  }
}
