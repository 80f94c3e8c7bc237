import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallAnswer, PrivityClient } from '@privity/client';
import type { CallHouse } from './house.js';

/** One protection, in milliseconds. The answer that refuses ends both: what is measured holds that call, and is no less. */
export interface Reached {
  /** Since `POST /api/protections` was sent. */
  readonly sinceSent: number;
  /** Since its answer arrived; 0: a call was refused before. */
  readonly sinceAnswered: number;
  /** From one asking to the next: no finer than this is anything seen. */
  readonly askedEvery: number;
}

const FIRST_NUMBER = 2_000_000_000;
/** Nobody waits longer; the promise is a part of it. */
const LIMIT_MS = 30_000;

/** Numbers that may be recorded, protected one after the other through the public port, while routing is asked about them. */
export class Protecting {
  private protectedSoFar = 0;
  private asked = 0;

  private constructor(
    private readonly registrar: PrivityClient,
    private readonly dialler: PrivityClient,
    private readonly place: { readonly facility: string; readonly caller: string },
  ) {}

  /** @param numbers how many there are to protect */
  static async open({ gateway, routing, asked, signIn }: CallHouse, numbers: number): Promise<Protecting> {
    const registrar = new PrivityClient({
      baseUrl: gateway,
      token: await signIn('registrar', 'operator'),
      connections: 2,
    });
    // An auditor is told the reasons: off for another one would be no protection that arrived.
    const dialler = new PrivityClient({ baseUrl: routing, token: await signIn('dialler', 'auditor'), connections: 1 });
    for (const { facility, caller, dialed } of asked) {
      const protecting = new Protecting(registrar, dialler, { facility, caller });
      if ((await protecting.ask(dialed)).recording === 'off') continue;
      await protecting.allow(numbers);
      return protecting;
    }
    throw new Error('nobody of the sample may be recorded');
  }

  /** Protects the next number, and asks, call by call, until one to it may not be recorded for that reason. */
  async next(): Promise<Reached> {
    const number = numberOf(this.protectedSoFar++);
    await this.untilRecorded(number);
    const sent = performance.now();
    const before = this.asked;
    const entry = { number, reason: 'attorney', basis: 'letter of 2026-11-20' };
    const [answeredAt, refusedAt] = await Promise.all([
      this.registrar.protections.protect(entry).then(() => performance.now()),
      this.untilRefused(number),
    ]);
    return {
      sinceSent: refusedAt - sent,
      sinceAnswered: Math.max(0, refusedAt - answeredAt),
      askedEvery: (refusedAt - sent) / (this.asked - before),
    };
  }

  async close(): Promise<void> {
    await this.registrar.close();
    await this.dialler.close();
  }

  private async untilRefused(number: string): Promise<number> {
    for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline;) {
      const { recording, reasons = [] } = await this.ask(number);
      if (recording === 'after-notice') continue;
      if (reasons.join() !== 'number-protected') throw new Error(`off for another reason: ${reasons.join(', ')}`);
      return performance.now();
    }
    throw new Error('a protected number may still be recorded');
  }

  private async untilRecorded(number: string): Promise<void> {
    for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await sleep(100)) {
      if ((await this.ask(number)).recording === 'after-notice') return;
    }
    throw new Error('a number that nobody protected may not be recorded');
  }

  private ask(dialed: string): Promise<CallAnswer> {
    return this.dialler.calls.decide({ callId: `reach-${(this.asked += 1)}`, ...this.place, dialed });
  }

  /** Puts the numbers on the caller's list: one that stands on none is denied, recorded or not. */
  private async allow(numbers: number): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'privity-bench-list-'));
    try {
      const file = join(folder, 'list.csv');
      const lines = Array.from({ length: numbers }, (_, n) => `${this.place.caller},${numberOf(n)},FRIEND,APPROVED`);
      await writeFile(file, ['DOC_NUM,PHONE,RELATION,STATUS', ...lines, ''].join('\n'));
      const { state, added } = await this.registrar.imports.run('allowed-numbers', file);
      if (state !== 'applied' || added !== numbers) throw new Error(`${added} of ${numbers} were allowed: ${state}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function numberOf(n: number): string {
  return String(FIRST_NUMBER + n);
}
