import { setTimeout as sleep } from 'node:timers/promises';
import type { CallAnswer, MediaReceipt, PrivityClient } from '@privity/client';
import { PrivityInstance } from './instance.js';
import { importList, setPolicy, setRules } from './lists.js';
import { eventually } from './stream.js';

const SECOND = 8_000;
export const audio = (seconds: number): Buffer => Buffer.alloc(seconds * SECOND, 0x7f);

/** Twenty seconds of sound, as slow as life; the recorder stops taking it long before. */
export async function* untilStopped(): AsyncGenerator<Buffer> {
  for (let frame = 0; frame < 1_000; frame += 1, await sleep(20)) yield Buffer.alloc(160, 0x7f);
}

export const FRIEND = '212-555-0101';
export const LATE_LAWYER = '212-555-0102';
export const SLOW_LAWYER = '212-555-0103';
export const [ANNA, BELA, CARA] = ['1000000001', '1000000002', '1000000003'] as const;

/** A jail with another one near by and three people in it, who may call a few friends: what the scenarios play in. */
export class Jail {
  private calls = 0;

  private constructor(
    readonly privity: PrivityInstance,
    /** May see the reasons of a decision. */
    readonly edge: PrivityClient,
    readonly registrar: PrivityClient,
    readonly auditor: PrivityClient,
    readonly investigator: PrivityClient,
  ) {}

  /** @param stream default: as `privity start` itself decides */
  static async start(
    variables: Readonly<Record<string, string>> = {},
    stream?: 'kafka' | 'feed',
    allowed: readonly string[] = [],
  ): Promise<Jail> {
    const privity = await PrivityInstance.start(
      { PRIVITY_STALENESS_MS: '6000', ...variables },
      stream === undefined ? {} : { stream },
    );
    const [edge, registrar, auditor, investigator] = await Promise.all([
      privity.as('edge', 'dialler', 'auditor'),
      privity.as('registrar', 'registrar', 'operator'),
      privity.as('auditor', 'auditor', 'operator', 'privacy-officer'),
      privity.as('investigator', 'investigator'),
    ]);
    await importList(registrar, 'facilities', [
      'N1,North,NY,county jail,100,America/New_York',
      'S1,South,NY,county jail,100,America/New_York',
    ]);
    await importList(registrar, 'roster', [
      `${ANNA},Able,Anna,01/01/1990,N1,IN`,
      `${BELA},Baker,Béla,01/01/1991,N1,IN`,
      `${CARA},Carter,Cara,01/01/1992,N1,IN`,
    ]);
    const listed = [FRIEND, LATE_LAWYER, SLOW_LAWYER, ...allowed].flatMap((number) =>
      [ANNA, BELA, CARA].map((caller) => `${caller},${number},FRIEND,APPROVED`),
    );
    await importList(registrar, 'allowed-numbers', listed);
    await setRules(registrar, 'NY');
    for (const facility of ['N1', 'S1']) await setPolicy(registrar, facility);
    return new Jail(privity, edge, registrar, auditor, investigator);
  }

  /** Decides a call and, where it may be recorded, has the notice accepted. */
  async dial(dialed: string, caller: string = ANNA, facility = 'N1'): Promise<{ answer: CallAnswer; permit?: string }> {
    const callId = `call-${(this.calls += 1)}`;
    const answer = await this.edge.calls.decide({ callId, facility, caller, dialed });
    if (answer.recording === 'off') return { answer };
    const { permit } = await this.edge.calls.notice(callId, { party: 'callee', result: 'accepted' });
    await this.edge.calls.connected(callId, new Date().toISOString());
    return permit === undefined ? { answer } : { answer, permit };
  }

  async hangUp({ callId }: CallAnswer): Promise<void> {
    await this.edge.calls.ended(callId, new Date().toISOString());
  }

  /** A whole call that nobody stays in: what was decided. */
  async call(dialed: string, caller: string = ANNA, facility = 'N1'): Promise<CallAnswer> {
    const { answer } = await this.dial(dialed, caller, facility);
    await this.hangUp(answer);
    return answer;
  }

  async record(dialed: string, caller: string = ANNA): Promise<MediaReceipt> {
    const { answer, permit } = await this.dial(dialed, caller);
    const receipt = await this.edge.calls.media(answer.callId, permit, audio(1));
    await this.hangUp(answer);
    return receipt;
  }

  async mediaOf({ callId }: CallAnswer): Promise<string[]> {
    return (await this.privity.media()).filter((name) => name.includes(`${callId}.`));
  }

  /** Routing decides by what it has heard: a recordable call shows that it has heard enough. */
  async recordable(dialed: string): Promise<CallAnswer> {
    return eventually('a call that may be recorded', async () => {
      const answer = await this.call(dialed);
      return answer.recording === 'after-notice' && answer;
    });
  }

  /** The same, the other way round. */
  async unrecorded(dialed: string, reason: string): Promise<CallAnswer> {
    return eventually(`a call that is ${reason}`, async () => {
      const answer = await this.call(dialed);
      return answer.outcome === 'connect' && answer.recording === 'off' && answer.reasons?.includes(reason) && answer;
    });
  }

  /** An investigator may still see it. */
  async isSeen(recording: string): Promise<boolean> {
    return this.investigator.recordings.get(recording).then(
      () => true,
      () => false,
    );
  }

  async finding(kind: string): Promise<void> {
    await eventually(
      `the finding ${kind}`,
      async () => (await this.auditor.audit.findings({ kind })).findings.length > 0,
    );
  }
}
