import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import type { OpenedBench } from './bench.js';
import { delivering } from './delivering.js';
import { halting } from './halting.js';
import { handling } from './handling.js';
import { sharing } from './sharing.js';
import { tailing } from './tailing.js';

export type { OpenedBench, ScriptedWire, StreamBench } from './bench.js';
export { append } from './delivering.js';
export { type Ledger, openLedger } from './ledger.js';
export { run, scripted, type ScriptedEvent, scriptId } from './script.js';
export { SmallDisk } from './small-disk.js';
export { eventually, onStage, type Stage, upTo } from './stage.js';

/** What every way of carrying events must do, with effects that show each repetition and each loss. */
export function eventStreamContract(name: string, open: () => Promise<OpenedBench>): void {
  jest.setTimeout(60_000);
  describe(`event stream by ${name}`, () => {
    let bench: OpenedBench;
    beforeAll(async () => {
      bench = await open();
    }, 120_000);
    afterAll(() => bench.close(), 60_000);
    const opened = (): OpenedBench => bench;
    delivering(opened);
    halting(opened);
    handling(opened);
    sharing(opened);
    tailing(opened);
  });
}
