import { type Clock, machineClock } from '@privity/kernel';
import type { PublishedShards } from '../cursor.js';
import { errorFacts, silent, type StreamLog } from '../stream-log.js';
import { type RelayLeases, RENEW_MS } from './relay-leases.js';
import type { RelayTarget } from './relay-target.js';
import { take, type Taken } from './take.js';

export interface RelayOptions {
  readonly leases: RelayLeases;
  readonly store: PublishedShards;
  readonly target: RelayTarget;
  readonly log?: StreamLog;
  readonly clock?: Clock;
}

/**
 * Looks for appends of other processes this often; appends of this one wake it at once. A protection that another replica
 * took waits for it: at half a second routing heard of one in a hundred after 675 ms.
 */
const POLL_MS = 100;
/** After a send of fewer events it waits for more: each send costs queries, a commit and a request, however little is in it. */
const FEW_EVENTS = 256;
const GATHER_MS = 25;

/** Copies a store to its topic, in order, at least once. One send in flight for all shards held here. */
export class Relay {
  private readonly leases: RelayLeases;
  private readonly log: StreamLog;
  private readonly clock: Clock;
  private held = new Map<number, number>();
  private renewed = -Infinity;
  private woken = new AbortController();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: RelayOptions) {
    this.leases = options.leases;
    this.log = options.log ?? silent;
    this.clock = options.clock ?? machineClock;
    options.store.onAppended(() => this.woken.abort());
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends after the send in flight and gives the leases back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.woken.abort();
    await this.running;
    await this.leases.release().catch(() => this.log('warn', 'relay leases were not released and will expire'));
    await this.options.target.close();
  }

  private async run(): Promise<void> {
    for (let trouble = 0; !this.stopping.signal.aborted;) {
      // Made before looking: an append while looking must not be slept through.
      this.woken = new AbortController();
      try {
        const sent = await this.round();
        trouble = 0;
        if (sent === 0) await this.clock.sleep(POLL_MS, { signal: this.woken.signal });
        else if (sent < FEW_EVENTS) await this.clock.sleep(GATHER_MS, { signal: this.stopping.signal });
      } catch (error) {
        // Whatever was sent but not acknowledged is sent again: duplicates are dropped by position.
        if (trouble === 0) this.log('warn', 'relay will try again', errorFacts(error));
        trouble = Math.min(trouble + 1, 6);
        this.renewed = -Infinity;
        await this.clock.sleep(50 * 2 ** trouble);
      }
    }
  }

  /** Sends the next events of every shard that has some, and tells how many. */
  private async round(): Promise<number> {
    if (this.clock.now() - this.renewed >= RENEW_MS) {
      this.renewed = this.clock.now();
      this.held = await this.leases.renew();
    }
    const heads = await this.options.store.heads();
    const behind = heads.filter(({ shard, position }) => position > (this.held.get(shard) ?? Infinity));
    const taken: Taken[] = [];
    for (const { shard } of behind) {
      const next = await take(this.options.store, shard, this.held.get(shard) ?? 0);
      if (next !== undefined) taken.push(next);
    }
    if (taken.length === 0) return 0;
    await this.options.target.send(taken);
    const still = await this.leases.acknowledge(new Map(taken.map(({ shard, last }) => [shard, last])));
    for (const { shard, last } of taken) {
      if (still.has(shard)) this.held.set(shard, last);
      else this.held.delete(shard);
    }
    return taken.reduce((sum, { messages }) => sum + messages.length, 0);
  }
}
