import type { PrivityClient } from '@privity/client';
import type { PrivityInstance } from '../instance.js';
import { importList, setPolicy, setRules } from '../lists.js';
import { eventually } from '../stream.js';
import { patiently } from './patience.js';
import { Telephone } from './telephone.js';

export const FRIEND = '212-555-0101';
export const LATE_LAWYER = '212-555-0102';
export const LAWYER = '212-555-0110';

/** Outages of a minute, and what comes after them. */
const PATIENCE_MS = 180_000;

/** People of a county with one facility, a caller, a friend and a lawyer. */
export interface County {
  readonly telephone: Telephone;
  /** As the telephone's: repeats what may pass. */
  readonly dialler: PrivityClient;
  readonly registrar: PrivityClient;
  readonly auditor: PrivityClient;
  /** What was answered to steps that were then repeated. */
  readonly troubles: readonly unknown[];
}

let telephones = 0;

/** Signs everybody in. @param now the dialler's clock */
export async function countyOf(privity: PrivityInstance, now?: () => number): Promise<County> {
  const troubles: unknown[] = [];
  const [dialling, registrar, auditor] = await Promise.all([
    privity.token('edge', 'dialler', 'auditor'),
    privity.as('registrar', 'registrar', 'operator'),
    privity.as('auditor', 'auditor', 'operator', 'privacy-officer'),
  ]);
  const attempts = patiently(PATIENCE_MS, (error) => troubles.push(error));
  const dialler = privity.client({ token: dialling, attempts });
  const telephone = new Telephone(`call-${process.pid}-${(telephones += 1)}`, dialler, now);
  return { telephone, dialler, registrar, auditor, troubles };
}

/** Imports the lists of a new county, and waits until a call to the friend may be recorded. */
export async function settle({ telephone, registrar }: County): Promise<void> {
  await importList(registrar, 'facilities', ['N1,North,NY,county jail,100,America/New_York']);
  await importList(registrar, 'roster', ['1000000001,Able,Anna,01/01/1990,N1,IN']);
  const numbers = [FRIEND, LATE_LAWYER];
  await importList(
    registrar,
    'allowed-numbers',
    numbers.map((number) => `1000000001,${number},FRIEND,APPROVED`),
  );
  await importList(registrar, 'bar-roll', [`NY,1,Counsel,Carol,ACTIVE,,${LAWYER},,,01/01/2001`]);
  await setRules(registrar, 'NY');
  await setPolicy(registrar, 'N1');
  await recordedAgain(telephone);
}

/** Calls the friend until such a call is recorded. */
export async function recordedAgain(telephone: Telephone): Promise<void> {
  await eventually('a recorded call', async () => (await telephone.call(FRIEND)).receipt !== undefined, 120_000);
}
