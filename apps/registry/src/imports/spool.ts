import { Injectable } from '@nestjs/common';
import { Membership, ServiceConfig } from '@privity/service';
import { join } from 'node:path';

/**
 * Where an upload stands while it is read: a folder for each replica, removed once it is dead. Beside the keys: a folder
 * that nobody else can enter or make first, and no backup has.
 */
@Injectable()
export class Spool {
  /** Of all replicas. */
  readonly root: string;
  /** Of this one. */
  readonly folder: string;

  constructor({ keysDir, env }: ServiceConfig, { id }: Membership) {
    this.root = env.text('PRIVITY_SPOOL_DIR') ?? join(keysDir, 'spool');
    this.folder = join(this.root, id);
  }
}
