import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLES } from '../repository.js';
import { Expectation, tenDigits } from './expectation.js';
import { readCalls } from './export.js';

/** The sample's description states these for its first 2,000 calls; another reading, in another language, gave them. */
const FIRST_2000 = { denied: 5, 'not-connected': 404, recorded: 1445, unrecorded: 146 };

describe('the sample export', () => {
  it('tells what must become of its first calls in time order', async () => {
    const [calls, expectation] = [await readCalls(SAMPLES, 2_000), await Expectation.read(SAMPLES)];
    const fates: Record<string, number> = {};
    for (const call of calls) fates[expectation.fateOf(call)] = (fates[expectation.fateOf(call)] ?? 0) + 1;
    expect(fates).toEqual(FIRST_2000);
    expect(calls.map(({ at }) => at)).toEqual(calls.map(({ at }) => at).sort());
  }, 60_000);
});

describe('readCalls', () => {
  it('orders by UTC across zones, takes the first reading of the repeated hour, and breaks ties by id', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'privity-export-'));
    try {
      await writeFile(
        join(folder, 'facilities.csv'),
        'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nNY01,A,NY,jail,1,America/New_York\nTX01,B,TX,jail,1,America/Chicago\n',
      );
      const header = 'CALL_ID,START_LOCAL,SITE,STATION,DOC_NUM,DIALED,DURATION_S,COMPLETION,RECORDED,REC_FILE\r\n';
      const row = (id: string, at: string, site: string) => `${id},${at},${site},ST1,1,2125550101,60,COMPLETE,N,\r\n`;
      await writeFile(
        join(folder, 'call_records.csv'),
        header +
          row('later', '11/02/2025 02:00:00', 'NY01') +
          row('b', '11/02/2025 01:30:00', 'NY01') +
          row('a', '11/02/2025 00:30:00', 'TX01'),
      );
      const calls = await readCalls(folder, 10);
      expect(calls.map(({ callId, at }) => [callId, at])).toEqual([
        ['a', '2025-11-02T05:30:00.000Z'],
        ['b', '2025-11-02T05:30:00.000Z'],
        ['later', '2025-11-02T07:00:00.000Z'],
      ]);
      await writeFile(join(folder, 'call_records.csv'), header + row('x', '2025-11-02', 'NY01'));
      await expect(readCalls(folder, 10)).rejects.toThrow('call_records.csv, line 2: START_LOCAL');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('tenDigits', () => {
  it.each([
    ['(212)555-0101 x12', '2125550101'],
    ['+12125550101', '2125550101'],
    ['1-212-555-0101', '2125550101'],
    [' 212 555 0101 ', '2125550101'],
    ['555-0123', undefined],
    ['0125550101', undefined],
    ['UNKNOWN', undefined],
    ['', undefined],
  ])('reads %p as %p', (text, digits) => expect(tenDigits(text)).toBe(digits));
});
