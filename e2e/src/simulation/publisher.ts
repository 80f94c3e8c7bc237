import {
  EventStore,
  type HeadWitness,
  type MarkedStore,
  type StoreDatabase,
  type StoreMark,
} from '@privity/event-store';
import type { MemoryDatabase } from '@privity/event-store/memory';
import { Relay, type RelayLeases, type RelayTarget } from '@privity/event-stream';
import type { MemoryRelayTable, MemoryTopic } from '@privity/event-stream/memory';
import { type Machine, SimProcess } from './machine.js';

export const SOURCE = '/privity/registry';

/** The publisher's PostgreSQL: what a restore replaces as one. */
export interface Server {
  database: MemoryDatabase;
  relays: MemoryRelayTable;
}

/** Outside the database: a restore does not touch it. */
export class MemoryMark implements StoreMark {
  marked: MarkedStore | undefined;

  async read(): Promise<MarkedStore | undefined> {
    return this.marked;
  }

  async write(store: MarkedStore): Promise<void> {
    this.marked = store;
  }
}

/** One replica of a publishing service: store and relay in one process, started again whenever it was killed. */
export class Publisher {
  readonly mark = new MemoryMark();
  process: SimProcess;
  store: EventStore | undefined;
  /** Somebody told it to go on whatever mark and topic say. */
  forced = false;

  constructor(
    private readonly machine: Machine,
    readonly name: string,
    private readonly server: Server,
    private readonly topic: MemoryTopic,
    private readonly target: RelayTarget,
  ) {
    this.process = new SimProcess(machine, name);
    void this.run(this.process);
  }

  kill(): void {
    this.process.kill();
    this.store = undefined;
  }

  start(): void {
    if (!this.process.dead) return;
    this.process = new SimProcess(this.machine, this.name);
    void this.run(this.process);
  }

  private async run(process: SimProcess): Promise<void> {
    const store = await this.open(process);
    if (process.dead) return;
    this.store = store;
    const target: RelayTarget = {
      send: (batch) => process.call('send', () => this.target.send(batch)),
      close: () => this.target.close(),
    };
    const leases = leasesFrom(process, this.server);
    new Relay({ leases, store, target, clock: process }).start();
  }

  private async open(process: SimProcess): Promise<EventStore> {
    for (;;) {
      const knowing = this.forced ? {} : { mark: this.mark, witness: witnessFrom(process, this.topic) };
      try {
        return await EventStore.on(databaseFrom(process, this.server), { source: SOURCE, ...knowing }, process);
      } catch {
        await process.sleep(500);
      }
    }
  }
}

function databaseFrom(process: SimProcess, server: Server): StoreDatabase {
  return {
    identity: () => process.call('identity', () => server.database.identity()),
    heads: () => process.call('heads', () => server.database.heads()),
    missing: (heads) => process.call('missing', () => server.database.missing(heads)),
    readStream: (stream, after) => process.call('read', () => server.database.readStream(stream, after)),
    readShard: (shard, after, limit) => process.call('read', () => server.database.readShard(shard, after, limit)),
    append: (identity, known, batch) => {
      // as they are when they are sent
      const sent = new Map(known);
      return process.call('append', () => server.database.append(identity, sent, batch));
    },
  };
}

function witnessFrom(process: SimProcess, topic: MemoryTopic): HeadWitness {
  return {
    name: topic.name,
    heads: () => process.call('witness', () => topic.heads()),
    readAfter: (shard, position, limit) => process.call('witness', () => topic.readAfter(shard, position, limit)),
  };
}

function leasesFrom(process: SimProcess, server: Server): RelayLeases {
  const at = () => server.relays.leases(process);
  return {
    renew: () => process.call('renew', () => at().renew()),
    acknowledge: (acked) => process.call('acknowledge', () => at().acknowledge(acked)),
    release: () => process.call('release', () => at().release()),
  };
}
