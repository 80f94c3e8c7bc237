import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { instant } from '@privity/kernel';
import { ConfigError, JsonLog, Repeated, ServiceConfig } from '@privity/service';
import { CallBook } from '../calls/call-book.js';
import { type DueCall, OpenCalls } from './open-calls.js';

const RING_LIMIT = 'PRIVITY_CALL_RING_LIMIT_MS';
const END_MARGIN = 'PRIVITY_CALL_END_MARGIN_MS';
const SHORTEST_MS = 100;
const [SELDOM_MS, OFTEN_MS] = [5_000, 100];

// Not a subscription of routing's own stream: the store lies beside the table, so one statement reads each shard on in the
// transaction that keeps its position. That spares parsing each event here a second time, where calls are decided.

/**
 * Ends calls that never said so: those that did not connect while a dial tone lasts, and those that connected longer ago
 * than they may last. Whatever waits for the end of every call (T13) then gets it. Every replica looks; the stream takes
 * one end.
 */
@Injectable()
export class CallLapses implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly ringLimitMs: number;
  private readonly endMarginMs: number;
  private looking: Repeated | undefined;
  private stopping = false;

  constructor(
    private readonly open: OpenCalls,
    private readonly book: CallBook,
    private readonly log: JsonLog,
    { env }: ServiceConfig,
  ) {
    this.ringLimitMs = env.integer(RING_LIMIT, 10 * 60_000);
    this.endMarginMs = env.integer(END_MARGIN, 60_000);
    if (this.ringLimitMs < SHORTEST_MS) throw new ConfigError(RING_LIMIT, `is below ${SHORTEST_MS}`);
  }

  onApplicationBootstrap(): void {
    // Often enough that the limit is not overrun by much.
    const everyMs = Math.min(SELDOM_MS, Math.max(OFTEN_MS, this.ringLimitMs / 10));
    this.looking = new Repeated(
      () => this.look(),
      everyMs,
      (error) => this.log.failure('calls that never ended could not be looked for', error, 'warn'),
    );
  }

  /** The database is closed only after a look under way. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.looking?.end();
  }

  private async look(): Promise<void> {
    for (;;) {
      const read = await this.open.read(this.ringLimitMs);
      if (read === undefined || this.stopping) return;
      // Not before all is read: an end may be among it.
      if (read.more) continue;
      const due = await this.open.takeDue(read.now);
      const ended = await Promise.allSettled(due.map((call) => this.lapse(call, read.now)));
      const failure = ended.find((one) => one.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
      if (due.length === 0) return;
    }
  }

  private async lapse({ stream, connectedAt }: DueCall, now: number): Promise<void> {
    const call = await this.book.read(stream);
    if (call?.state.decision === undefined) throw new RangeError('an open call that was never decided');
    if (connectedAt !== null) {
      const until = connectedAt + call.state.decision.maxSeconds * 1_000 + this.endMarginMs;
      if (until > now) return this.open.postpone(stream, until);
    }
    await this.book.change(call, { type: 'LapseCall', at: instant(), connected: connectedAt !== null });
  }
}
