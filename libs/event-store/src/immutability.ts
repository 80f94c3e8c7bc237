import type { Pool } from 'pg';
import { reading } from './database-loss.js';
import { readGuards, readRules, readWriteGrants } from './sql/read-guards.js';
import { refuseChangeBody, refuseDirectChangeBody } from './sql/refuse-functions.js';
import { guardName, guards } from './sql/refuse-triggers.js';

const BODIES = { refuse_change: refuseChangeBody, refuse_direct_change: refuseDirectChangeBody };

interface GuardRow {
  readonly table: string;
  readonly name: string;
  readonly enabled: string;
  readonly refusal: string;
  readonly body: string;
}

/**
 * What no longer protects the events (P5), a sentence each; empty when all is well. Each trigger must be there, enabled
 * always, and call the refusal as it was laid out; there may be no other trigger or rule, which could make an append answer
 * for what it does not keep; and the role that asks, unless it is the owner, may not write.
 */
export async function checkImmutability(pool: Pick<Pool, 'query'>): Promise<string[]> {
  const found = (await reading(() => pool.query<GuardRow>(readGuards))).rows;
  const findings: string[] = [];
  for (const guard of guards) {
    const name = guardName(guard);
    const row = found.find((candidate) => candidate.name === name && candidate.table === guard.table);
    if (!row) findings.push(`trigger ${name} is missing`);
    else if (row.enabled !== 'A') findings.push(`trigger ${name} is disabled`);
    else if (row.refusal !== guard.refusal || row.body !== BODIES[guard.refusal]) {
      findings.push(`trigger ${name} does not refuse: its function was changed`);
    }
  }
  const names = new Set(guards.map((guard) => `${guard.table} ${guardName(guard)}`));
  for (const { table, name } of found) {
    if (!names.has(`${table} ${name}`)) findings.push(`trigger ${name} on ${table} does not belong there`);
  }
  const rules = await reading(() => pool.query<{ table: string; name: string }>(readRules));
  for (const { table, name } of rules.rows) findings.push(`rule ${name} on ${table} does not belong there`);
  const { rows } = await reading(() => pool.query<{ finding: string }>(readWriteGrants));
  return [...findings, ...rows.map((row) => row.finding)];
}
