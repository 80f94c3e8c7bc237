import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { withPostgres } from '@privity/testing';
import pg from 'pg';
import { JsonLog } from '../log.js';
import { MEMBER_LEASE_MS, Membership } from './membership.js';
import { migrateMembership } from './membership-table.js';

jest.setTimeout(60_000);
const postgres = withPostgres();

describe('a replica', () => {
  let pool: pg.Pool;
  let owner: pg.Client;
  let membership: Membership;
  beforeAll(async () => {
    const { serviceUrl, ownerUrl } = await postgres.forService(migrateMembership);
    pool = new pg.Pool({ connectionString: serviceUrl });
    owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    membership = new Membership(pool, new JsonLog('spec', () => undefined));
    await membership.join();
  }, 60_000);
  afterAll(async () => {
    await membership?.onApplicationShutdown();
    await pool?.end();
    await owner?.end();
  }, 60_000);

  it('judges others only after it renewed for as long as a lease lasts, and not after a pause of the database', async () => {
    expect(membership.isSteady).toBe(false);
    await pause(MEMBER_LEASE_MS + 500);
    expect(membership.isSteady).toBe(true);
    // Less than a lease: its own row is good all the while, that of a sibling may have ended a moment ago.
    await owner.query('begin');
    await owner.query('lock table replica in access exclusive mode');
    await pause(MEMBER_LEASE_MS - 1_000);
    await owner.query('rollback');
    await pause(100);
    expect(membership.isSteady).toBe(false);
  });
});
