import { describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { withPostgres } from './with-postgres.js';

const postgres = withPostgres();

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('withPostgres', () => {
  it('gives each test a database that another does not see', async () => {
    const [one, other] = [await postgres.fresh(), await postgres.fresh()];
    await query(one.url, 'create table only_here (id int)');
    await expect(query(other.url, 'select * from only_here')).rejects.toThrow(/does not exist/);
  });

  it('gives a service a role that has only what the migration grants', async () => {
    const { serviceUrl } = await postgres.forService(async (owner, { serviceRole }) => {
      await owner.query('create table readable (id int)');
      await owner.query(`grant select on readable to ${pg.escapeIdentifier(serviceRole)}`);
    });
    expect(await query(serviceUrl, 'select * from readable')).toEqual([]);
    await expect(query(serviceUrl, 'insert into readable values (1)')).rejects.toThrow(/permission denied/);
  });
});
