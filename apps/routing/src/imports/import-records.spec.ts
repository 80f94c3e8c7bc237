import { expect, it, jest } from '@jest/globals';
import { uuidv7 } from '@privity/kernel';
import { withPostgres } from '@privity/testing';
import pg from 'pg';
import { migrate } from '../migrations/index.js';
import { ImportRecords } from './import-records.js';

jest.setTimeout(60_000);
const postgres = withPostgres();

it('a replica that was thought dead reports no more on an import that was ended for it, or given to another', async () => {
  const pool = new pg.Pool({ connectionString: (await postgres.forService(migrate)).serviceUrl });
  const records = new ImportRecords(pool);
  const [importId, dead, next] = [uuidv7(), uuidv7(), uuidv7()];
  const counts = { importId, rows: 9, added: 9, unchanged: 0, rejectedCount: 0, rejected: [] };
  const problem = { code: 'import-interrupted', detail: 'x' };
  try {
    expect(await records.begin(importId, 'roster', 'd', dead)).toBe(true);
    expect(await records.save({ ...counts, state: 'reading' }, dead)).toBe(true);
    await records.endInterrupted(new Set([next]), problem);
    expect(await records.save({ ...counts, state: 'applied' }, dead)).toBe(false);
    expect(await records.read(importId)).toMatchObject({ state: 'failed', problem });

    expect(await records.begin(importId, 'roster', 'd', next)).toBe(true);
    expect(await records.save({ ...counts, rows: 1, state: 'failed', problem }, dead)).toBe(false);
    expect(await records.save({ ...counts, rows: 2, state: 'applied' }, next)).toBe(true);
    expect(await records.read(importId)).toMatchObject({ state: 'applied', rows: 2 });
  } finally {
    await pool.end();
  }
});
