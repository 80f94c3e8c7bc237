import { execFileSync } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres } from '@privity/one-machine';
import pg from 'pg';

/** The cluster of a stopped instance, file by file, owners and all. */
export class ClusterCopy {
  private constructor(
    private readonly cluster: string,
    private readonly copy: string,
  ) {}

  static take(dataDir: string): ClusterCopy {
    const cluster = join(dataDir, 'postgres', 'cluster');
    const copy = `${cluster}.copy`;
    execFileSync('cp', ['-a', cluster, copy]);
    return new ClusterCopy(cluster, copy);
  }

  async restore(): Promise<void> {
    await rm(this.cluster, { recursive: true });
    await rename(this.copy, this.cluster);
  }
}

/** One service's database of a stopped instance, beside the others, which stay as they are. */
export class DatabaseCopy {
  private constructor(
    private readonly dataDir: string,
    private readonly name: string,
  ) {}

  static async take(dataDir: string, name: string): Promise<DatabaseCopy> {
    await asOwner(dataDir, `create database ${name}_copy template ${name}`);
    return new DatabaseCopy(dataDir, name);
  }

  /** May be repeated: the copy stays. */
  async restore(): Promise<void> {
    const { name } = this;
    await asOwner(this.dataDir, `drop database ${name}`, `create database ${name} template ${name}_copy`);
  }
}

async function asOwner(dataDir: string, ...statements: readonly string[]): Promise<void> {
  const server = await startPostgres({ dataDir: join(dataDir, 'postgres') });
  const owner = new pg.Client({ connectionString: server.url });
  try {
    await owner.connect();
    for (const statement of statements) await owner.query(statement);
  } finally {
    await owner.end();
    await server.stop();
  }
}
