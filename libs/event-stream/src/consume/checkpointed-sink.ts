import { type Clock, machineClock } from '@privity/kernel';
import type { EntityManager } from 'typeorm';
import { type Ahead, offsetBefore, stillAhead } from '../ahead.js';
import { classify, type Stop } from '../classify.js';
import type { Cursor } from '../cursor.js';
import { type Halt, UnhandledType } from '../halt.js';
import { shardKey } from '../names.js';
import type { Opened, ShardSink, Verdict } from '../shard-sink.js';
import type { Delivered, EventBatch, StreamEvent } from '../stream-event.js';
import { errorFacts, type StreamLog } from '../stream-log.js';
import type { ConsumerName, ShardOf } from './checkpoint-table.js';
import type { Checkpoints } from './checkpoints.js';
import { isTransient } from './transient.js';

export interface CheckpointedSinkOptions<Manager = EntityManager> extends ConsumerName {
  readonly checkpoints: Checkpoints<Manager>;
  /** Whether the consumer handles or ignores this type; any other halts. */
  readonly knows: (type: string) => boolean;
  readonly apply: (batch: EventBatch, manager: Manager) => Promise<void>;
  readonly onHalt: (halt: Halt) => void;
  readonly log: StreamLog;
  readonly clock?: Clock;
}

interface ShardState {
  cursor: Cursor;
  parked: Map<number, string>;
  ahead: Ahead | undefined;
}

/** The checkpoint was moved by somebody else; thrown to roll back, never shown. */
class CheckpointMoved extends Error {}

/** Applies batches in one transaction with their checkpoint: every event once, in order, or a halt that says where (P6). */
export class CheckpointedSink<Manager = EntityManager> implements ShardSink {
  private readonly shards = new Map<string, ShardState>();
  private stopped = false;

  constructor(private readonly options: CheckpointedSinkOptions<Manager>) {}

  async open(source: string, shard: number): Promise<Opened> {
    const of = this.rowOf(source, shard);
    const { checkpoints } = this.options;
    const cursor = await checkpoints.read(of);
    this.shards.set(shardKey(source, shard), {
      cursor,
      parked: await checkpoints.parked(of, cursor.position),
      ahead: undefined,
    });
    return { cursor, halted: (await checkpoints.halt(of)) !== undefined };
  }

  async accept(
    source: string,
    shard: number,
    delivered: readonly Delivered[],
    alive: () => Promise<void>,
  ): Promise<Verdict> {
    const state = this.shards.get(shardKey(source, shard));
    if (state === undefined) throw new Error(`${source} shard ${shard} was not opened`);
    const { fresh, stop } = classify(source, shard, state.cursor, delivered);
    state.ahead = stillAhead(state.ahead, stop, fresh[fresh.length - 1]?.position ?? state.cursor.position);
    if (fresh.length > 0) {
      const outcome = await this.applyAll({ source, shard, events: fresh }, state, alive);
      if (outcome === 'moved') return { kind: 'moved', cursor: (await this.open(source, shard)).cursor };
      if (outcome === 'halted') return { kind: 'halted', cursor: state.cursor };
    }
    const { cursor, ahead } = state;
    if (stop !== undefined && stop.code !== 'gap') {
      await this.halt(haltFor(source, shard, stop));
      return { kind: 'halted', cursor };
    }
    const found = ahead?.position ?? stop?.found;
    return found === undefined ? { kind: 'continue', cursor } : { kind: 'gap', cursor, found };
  }

  async halt(halt: Halt): Promise<void> {
    await this.options.checkpoints.writeHalt(this.rowOf(halt.source, halt.shard), halt);
    this.options.onHalt(halt);
  }

  /** Ends waiting for a database that is away. */
  stop(): void {
    this.stopped = true;
  }

  /** All at once, again while the database is away, and one by one where one of them fails. */
  private async applyAll(
    batch: EventBatch,
    state: ShardState,
    alive: () => Promise<void>,
  ): Promise<'applied' | 'moved' | 'halted'> {
    const { consumer, version, log, clock = machineClock } = this.options;
    for (let wait = 50; ; wait = Math.min(wait * 2, 5_000)) {
      try {
        await this.inTransaction(batch, state);
        return 'applied';
      } catch (error) {
        if (error instanceof CheckpointMoved) return 'moved';
        if (this.stopped) throw error;
        if (!isTransient(error)) {
          if (batch.events.length > 1) break;
          await this.halt(haltBefore(batch.events[0], error));
          return 'halted';
        }
        log('warn', 'batch will be tried again', { consumer, version, shard: batch.shard, ...errorFacts(error) });
      }
      await clock.sleep(wait);
      // Outside of the attempt: that the shard is somebody else's meanwhile is no failure of its handler.
      await alive();
    }
    for (const event of batch.events) {
      const outcome = await this.applyAll({ ...batch, events: [event] }, state, alive);
      if (outcome !== 'applied') return outcome;
      await alive();
    }
    return 'applied';
  }

  /** One transaction: checkpoint first, then the effects. */
  private async inTransaction(batch: EventBatch, state: ShardState): Promise<void> {
    const last = batch.events[batch.events.length - 1];
    if (last === undefined) return;
    const offset = offsetBefore(state.ahead, last.offset ?? state.cursor.offset);
    const to: Cursor = { position: last.position, id: last.id, offset };
    await this.options.checkpoints.transaction(async ({ manager, move }) => {
      const moved = await move(this.rowOf(batch.source, batch.shard), state.cursor, to);
      if (!moved) throw new CheckpointMoved();
      await this.applyEffects(batch, state.parked, manager);
    });
    state.cursor = to;
  }

  private async applyEffects(batch: EventBatch, parked: Map<number, string>, manager: Manager): Promise<void> {
    const events = batch.events.filter((event) => parked.get(event.position) !== event.id);
    const unknown = events.find((event) => !this.options.knows(event.type));
    if (unknown !== undefined) throw new UnhandledType(unknown.type, this.options.consumer);
    if (events.length > 0) await this.options.apply({ ...batch, events }, manager);
  }

  private rowOf(source: string, shard: number): ShardOf {
    const { consumer, version } = this.options;
    return { consumer, version, source, shard };
  }
}

/** The halt that stands for what `classify` stopped at. */
export function haltFor(source: string, shard: number, stop: Exclude<Stop, { code: 'gap' }>): Halt {
  if (stop.code === 'unreadable') return { code: 'unreadable', source, shard, position: stop.position };
  const { position, id, type } = stop.event;
  return { code: 'fork', source, shard, position, id, type };
}

function haltBefore(event: StreamEvent | undefined, error: unknown): Halt {
  if (event === undefined) throw error;
  const { source, shard, position, id, type } = event;
  const code = error instanceof UnhandledType ? 'unhandled-type' : 'handler-failed';
  const facts = errorFacts(error);
  return { code, source, shard, position, id, type, cause: `${facts.error} (${facts.code})` };
}
