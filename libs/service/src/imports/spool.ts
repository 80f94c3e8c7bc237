import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { Injectable } from '@nestjs/common';

import { ServiceConfig } from '../config.js';
import { Membership } from '../lifecycle/membership.js';

/**
 * Where an upload stands while it is read: a folder for each replica, removed once it is dead. Beside the keys: a folder
 * that nobody else can enter or make first, and no backup has.
 */
@Injectable()
export class Spool {
  /** Of this replica. */
  readonly folder: string;
  private readonly root: string;

  constructor({ keysDir, env }: ServiceConfig, { id }: Membership) {
    this.root = env.text('PRIVITY_SPOOL_DIR') ?? join(keysDir, 'spool');
    this.folder = join(this.root, id);
  }

  /** Removes what dead replicas left behind. @param alive memberships */
  async removeLeft(alive: ReadonlySet<string>): Promise<void> {
    const folders = await readdir(this.root).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const folder of folders) {
      if (!alive.has(folder)) await rm(join(this.root, folder), { recursive: true, force: true });
    }
  }
}
