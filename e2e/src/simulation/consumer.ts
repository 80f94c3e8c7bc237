import { CheckpointedSink, type Checkpoints, type Delivered, type ShardOf } from '@privity/event-stream';
import type { MemoryCheckpoints, MemoryConsumerTables, MemoryEffects, MemoryTopic } from '@privity/event-stream/memory';
import { connectionLost, type Machine, SimProcess } from './machine.js';
import { SOURCE, type Server } from './publisher.js';

/** Reads a topic by offset, or the publisher's feed by position. */
export type Wire = 'topic' | 'feed';

/** The consumer's PostgreSQL: its checkpoints, and what its handler writes, as it was committed. */
export interface ReadModel {
  readonly tables: MemoryConsumerTables;
  /** Texts as they were applied, by shard. */
  readonly applied: Map<number, string[]>;
  /** Offset after the last message that a sink gave a verdict on, or that the checkpoint stands behind, by shard. */
  readonly read: Map<number, bigint>;
}

export interface ConsumerWorld {
  readonly machine: Machine;
  readonly server: Server;
  readonly topic: MemoryTopic;
  readonly shards: readonly number[];
}

const IDLE_MS = 1_000;
const RESUME_CHECK_MS = 500;

/** One of two replicas of a durable consumer: real sink and checkpoints, and a reader that delivers as badly as it may. */
export class Consumer {
  process: SimProcess;
  private connection: MemoryCheckpoints;
  /** The other replica. */
  peer: Consumer | undefined;

  constructor(
    private readonly world: ConsumerWorld,
    readonly wire: Wire,
    private readonly parity: number,
    readonly model: ReadModel,
  ) {
    this.process = new SimProcess(world.machine, `${wire} consumer ${parity}`);
    this.connection = model.tables.connect();
    this.run();
  }

  kill(): void {
    this.process.kill();
    this.connection.cut();
  }

  start(): void {
    if (!this.process.dead) return;
    this.process = new SimProcess(this.world.machine, this.process.name);
    this.connection = this.model.tables.connect();
    this.run();
  }

  rowOf(shard: number): ShardOf {
    return { consumer: this.wire, version: 1, source: SOURCE, shard };
  }

  private run(): void {
    const { process, connection } = this;
    const sink = new CheckpointedSink<MemoryEffects>({
      consumer: this.wire,
      version: 1,
      checkpoints: checkpointsFrom(process, connection),
      knows: (type) => type !== 'registry.Unheard',
      apply: async ({ shard, events }, { write }) => {
        for (const { text, envelope } of events) {
          if ((envelope.data as { poison?: boolean }).poison === true) throw new TypeError('poison');
          write(() => this.model.applied.set(shard, [...(this.model.applied.get(shard) ?? []), text]));
        }
      },
      onHalt: () => this.world.machine.tally.add('halts'),
      log: () => undefined,
      clock: process,
    });
    for (const shard of this.world.shards) void this.follow(process, sink, shard);
  }

  /** What a rebalance would give this replica. */
  private reads(shard: number): boolean {
    const away = this.peer === undefined || this.peer.process.dead || this.peer.process.still;
    return this.world.machine.weather.overlap || away || this.world.shards.indexOf(shard) % 2 === this.parity;
  }

  private async follow(process: SimProcess, sink: CheckpointedSink<MemoryEffects>, shard: number): Promise<void> {
    for (;;) {
      try {
        await this.read(process, sink, shard);
      } catch {
        await process.sleep(RESUME_CHECK_MS);
      }
    }
  }

  /** Opens the shard and reads on, until it is another's, halts, or an error says to open it again. */
  private async read(process: SimProcess, sink: CheckpointedSink<MemoryEffects>, shard: number): Promise<void> {
    if (!this.reads(shard)) return process.sleep(IDLE_MS);
    const opened = await sink.open(SOURCE, shard);
    if (opened.halted) return process.sleep(RESUME_CHECK_MS);
    let { cursor } = opened;
    let next = (cursor.offset ?? -1n) + 1n;
    // another's verdict may have been lost with its answer; what it applied need not be read again
    this.haveRead(shard, next);
    let soughtAt: number | undefined;
    while (this.reads(shard)) {
      if (!this.hasMore(shard, cursor.position, next)) {
        await process.sleep(IDLE_MS);
        continue;
      }
      const delivered = await this.fetch(process, shard, cursor.position, next);
      if (delivered.length === 0) continue;
      const verdict = await sink.accept(SOURCE, shard, delivered, () => this.heartbeat(shard));
      cursor = verdict.cursor;
      if (verdict.kind === 'halted') return;
      if (verdict.kind === 'moved') this.world.machine.tally.add('checkpoint moved by another');
      const last = delivered[delivered.length - 1]?.offset ?? next;
      next = verdict.kind === 'moved' ? (cursor.offset ?? -1n) + 1n : last + 1n;
      this.haveRead(shard, next);
      if (verdict.kind !== 'gap') continue;
      // as the readers do: once more from the checkpoint, then to the end, and without progress it is a gap
      const { position } = cursor;
      const atEnd = this.wire === 'feed' || next >= BigInt(this.world.topic.length(shard));
      if (soughtAt !== undefined && !atEnd) continue;
      if (soughtAt === position) {
        return sink.halt({ code: 'gap', source: SOURCE, shard, position: position + 1, cause: `${verdict.found}` });
      }
      soughtAt = position;
      next = (cursor.offset ?? -1n) + 1n;
    }
  }

  /** As a group answers a member that it has given up: its shards are another's. */
  private async heartbeat(shard: number): Promise<void> {
    if (this.reads(shard)) return;
    this.world.machine.tally.add('memberships lost');
    throw new Error('the group does not know this member');
  }

  private haveRead(shard: number, end: bigint): void {
    if (end > (this.model.read.get(shard) ?? 0n)) this.model.read.set(shard, end);
  }

  /** A long poll would wait: asking in vain takes only turns. */
  private hasMore(shard: number, after: number, next: bigint): boolean {
    const { server, topic } = this.world;
    if (this.wire === 'topic') return BigInt(topic.length(shard)) > next;
    return (server.database.headsNow()[shard]?.position ?? 0) > after;
  }

  private async fetch(process: SimProcess, shard: number, after: number, next: bigint): Promise<Delivered[]> {
    const { machine, topic, server } = this.world;
    const { chance, tally, weather } = machine;
    const back = chance.percent(weather.repeated) ? chance.below(4) : 0;
    const limit = chance.below(weather.cut) + 1 + back;
    const delivered = await process.call('fetch', async (): Promise<Delivered[]> => {
      if (this.wire === 'topic') return topic.from(shard, next > BigInt(back) ? next - BigInt(back) : 0n, limit);
      return server.database.readShard(shard, Math.max(0, after - back), limit);
    });
    if (delivered.length > 0 && back > 0) tally.add('repeated deliveries');
    if (delivered.length > 0 && weather.cut < 500) tally.add('cut deliveries');
    return delivered;
  }
}

function checkpointsFrom(process: SimProcess, connection: MemoryCheckpoints): Checkpoints<MemoryEffects> {
  return {
    read: (of) => process.call('read checkpoint', () => connection.read(of)),
    halt: (of) => process.call('read halt', () => connection.halt(of)),
    writeHalt: (of, halt) => process.call('write halt', () => connection.writeHalt(of, halt)),
    parked: (of, after) => process.call('read parked', () => connection.parked(of, after)),
    transaction: async (work) => {
      const { chance, tally, weather } = process.machine;
      const answerLost = chance.percent(weather.lost / 2);
      try {
        await connection.transaction(async ({ manager, move }) => {
          await work({ manager, move: (...to) => process.call('move checkpoint', () => move(...to)) });
          await process.call('commit', () => undefined);
        });
      } finally {
        await process.running();
      }
      if (!answerLost) return;
      tally.add('answer lost');
      throw connectionLost();
    },
  };
}
