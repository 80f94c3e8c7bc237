import type { RecoveryReport } from '@privity/event-store';
import { ConcurrencyConflict, DuplicateEvent, type ExpectedVersion, recoverDatabase } from '@privity/event-store';
import { MemoryDatabase } from '@privity/event-store/memory';
import { republish, type ShardMessages } from '@privity/event-stream';
import { MemoryConsumerTables, MemoryRelayTable, MemoryTopic } from '@privity/event-stream/memory';
import { shardOf } from '@privity/kernel';
import { Consumer, type ReadModel } from './consumer.js';
import { type Machine, SimProcess } from './machine.js';
import { Publisher, type Server, SOURCE } from './publisher.js';

/** Two shards are as good as twelve here, and two streams in each. */
export const STREAMS = ['note-1', 'note-6', 'note-2', 'note-10'] as const;
export const USED_SHARDS = [...new Set(STREAMS.map(shardOf))];

export interface Asked {
  readonly stream: string;
  readonly ids: readonly string[];
  readonly poison: boolean;
  /** `early`: refused because the stream had not come so far; what was sent before may still arrive in time. */
  readonly answer: 'acknowledged' | 'refused' | 'early' | 'open';
}

/** A restore, as the moment after it must be judged. Ids of events that the backup lacked, by who else knew of them. */
export interface Restored {
  readonly published: ReadonlySet<string>;
  readonly marked: ReadonlySet<string>;
  /** The processes could notice before they wrote: they were started again, or the cluster is another. */
  readonly clean: boolean;
}

/** Publishers, topic, consumers, and those who append. */
export class StreamWorld {
  readonly topic = new MemoryTopic(SOURCE);
  readonly server: Server;
  readonly publishers: readonly Publisher[];
  readonly consumers: readonly Consumer[];
  readonly asked: Asked[] = [];
  readonly shards = USED_SHARDS;
  readonly restores: Restored[] = [];
  readonly reports: RecoveryReport[] = [];
  /** An operator made the store go on without what it had lost. */
  forced = false;
  /** A relay published what the database no longer held: it had read it before a restore. */
  publishedLate = false;
  backup: Server | undefined;
  private readonly clients: SimProcess;
  private ids = 0;

  constructor(readonly machine: Machine) {
    this.server = { database: new MemoryDatabase(), relays: new MemoryRelayTable(machine.time) };
    this.clients = new SimProcess(machine, 'client');
    const target = { send: (batch: readonly ShardMessages[]) => this.publish(batch), close: () => this.topic.close() };
    this.publishers = ['a', 'b'].map((name) => new Publisher(machine, name, this.server, this.topic, target));
    this.consumers = (['topic', 'feed'] as const).flatMap((wire) => {
      const model: ReadModel = { tables: new MemoryConsumerTables(), applied: new Map(), read: new Map() };
      const pair = [0, 1].map((parity) => new Consumer(this, wire, parity, model));
      for (const [n, one] of pair.entries()) one.peer = pair[1 - n];
      return pair;
    });
  }

  /** Somebody appends, and tries again with the same ids until the store says yes or no. */
  append(stream: string, count: number, expected: ExpectedVersion, poison: boolean): void {
    const ids = Array.from({ length: count }, () => `00000000-0000-4000-8000-${String(++this.ids).padStart(12, '0')}`);
    const at = this.asked.push({ stream, ids, poison, answer: 'open' }) - 1;
    void this.client(at, expected);
  }

  takeBackup(): void {
    this.backup = { database: this.server.database.copy(), relays: this.server.relays.copy() };
  }

  /** The backup takes the database's place; the processes stay, or are started again on it. */
  async restore(backup: Server, timeline: number, restart: boolean): Promise<void> {
    const [published, marked] = [new Set<string>(), new Set<string>()];
    for (const { mark } of this.publishers)
      for (const { shard, position } of mark.marked?.heads ?? [])
        for (const { id } of await this.server.database.readShard(shard, 0, position)) marked.add(id);
    for (const shard of this.shards)
      for (const text of await this.topic.readAfter(shard, 0, 1_000)) published.add(idOf(text));
    this.server.database = backup.database.copy(`1/${timeline}`);
    this.server.relays = backup.relays.copy();
    for (const id of await this.storedIds()) {
      published.delete(id);
      marked.delete(id);
    }
    this.restores.push({ published, marked, clean: restart || timeline > 1 });
    if (restart) for (const publisher of this.publishers) publisher.kill();
    if (restart) for (const publisher of this.publishers) publisher.start();
    this.machine.tally.add('restores');
  }

  /** `privity store recover`, with the service stopped; once for each replica's mark. */
  async recover(acceptLoss: boolean): Promise<void> {
    for (const publisher of this.publishers) publisher.kill();
    for (const { mark } of this.publishers) {
      const report = await recoverDatabase(this.server.database, this.topic, { mark, acceptLoss });
      this.reports.push(report);
    }
    for (const publisher of this.publishers) publisher.start();
    this.machine.tally.add('recoveries');
  }

  /** Somebody throws mark and witness away, and makes the store take appends as it is. */
  force(): void {
    this.forced = true;
    for (const publisher of this.publishers) {
      publisher.kill();
      publisher.mark.marked = undefined;
      publisher.forced = true;
      publisher.start();
    }
    this.machine.tally.add('forced');
  }

  async republish(shard: number, from: number): Promise<void> {
    const store = this.publishers.find((publisher) => publisher.store !== undefined)?.store;
    const acked = this.server.relays.acked(shard);
    // an operator's command may fail, and says so
    if (store) await republish({ store, target: this.topic, acked }, shard, from).catch(() => undefined);
  }

  acknowledged(): string[] {
    return this.asked.filter(({ answer }) => answer === 'acknowledged').flatMap(({ ids }) => ids);
  }

  async storedIds(): Promise<Set<string>> {
    const all = await Promise.all(this.shards.map((shard) => this.server.database.readShard(shard, 0, 1_000)));
    return new Set(all.flat().map(({ id }) => id));
  }

  /** As an operator does who has looked at each halt: what a handler refuses is set aside. */
  parkAll(): void {
    for (const consumer of this.consumers) {
      for (const shard of this.shards) {
        const { tables } = consumer.model;
        if (tables.haltOf(consumer.rowOf(shard))?.code !== 'handler-failed') continue;
        tables.park(consumer.rowOf(shard));
        this.machine.tally.add('parked');
      }
    }
  }

  private async publish(batch: readonly ShardMessages[]): Promise<void> {
    for (const { shard, messages } of batch) {
      const held = new Set((await this.server.database.readShard(shard, 0, 1_000)).map(({ text }) => text));
      if (messages.some(({ text }) => !held.has(text))) this.publishedLate = true;
    }
    await this.topic.send(batch);
  }

  private async client(at: number, expected: ExpectedVersion): Promise<void> {
    const { stream, ids, poison } = this.asked[at] as Asked;
    const events = ids.map((id, n) => ({ id, type: 'registry.Noted', data: { n, ...(poison ? { poison } : {}) } }));
    for (let turn = at; ; turn++) {
      const { store, process } = this.publishers[turn % this.publishers.length] as Publisher;
      const answer = await Promise.race([
        store?.append(stream, expected, events).then(() => 'acknowledged' as const, refusal) ?? ('again' as const),
        process.death.then(() => 'again' as const),
      ]);
      if (answer !== 'again') {
        this.asked[at] = { ...(this.asked[at] as Asked), answer };
        return;
      }
      await this.clients.sleep(400);
    }
  }
}

function refusal(error: unknown): 'refused' | 'early' | 'again' {
  if (error instanceof DuplicateEvent) return 'refused';
  if (!(error instanceof ConcurrencyConflict)) return 'again';
  return typeof error.expected === 'number' && error.actual < error.expected ? 'early' : 'refused';
}

export function idOf(text: string): string {
  return (JSON.parse(text) as { id: string }).id;
}
