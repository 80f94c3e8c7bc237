import { MemorySink } from '@privity/event-stream';
import type { MemoryDatabase } from '@privity/event-store/memory';
import { instant } from '@privity/kernel';
import { type Heartbeat, ProtectionView, readRegistryEvent, RegistryTrust } from '@privity/registry';
import { decideCall, DirectoryView, gatherFacts, type CallDecided, registryMoment } from '@privity/routing';
import { connectionLost, type Machine, SimProcess } from './machine.js';
import { SOURCE } from './publisher.js';

export const STALENESS_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const POLL_MS = 400;
const KEY = Buffer.alloc(32, 7);
export const FACILITY = 'TX-07';
export const CALLER = `e1.${'c'.repeat(43)}`;

/** The registry: what it has recorded, and whether it answers. */
export interface Registry {
  database: MemoryDatabase;
  process: SimProcess;
  /** Until then nothing of it reaches routing. */
  cutUntil: number;
}

function directory(): DirectoryView {
  const view = new DirectoryView();
  const place = { name: 'x', state: 'TX', type: 'county', population: 1, timezone: 'America/Chicago' };
  view.apply(0, 1, 'd1', { type: 'routing.FacilityListed', data: { facility: FACILITY, ...place } });
  const notices = [{ party: 'callee', language: 'en', acceptance: 'required' }] as const;
  const policy = { allowedList: 'off', presence: 'noted', recording: 'permitted', notices, maxSeconds: 900 } as const;
  view.apply(0, 2, 'd2', { type: 'routing.FacilityPolicySet', data: { facility: FACILITY, version: 1, policy } });
  const rules = [{ state: 'TX', consent: 'one-party', from: '2000-01-01', source: 'a simulation' }] as const;
  view.apply(0, 3, 'd3', { type: 'routing.JurisdictionRulesSet', data: { version: 1, rules } });
  return view;
}

const DIRECTORY = directory();

/** What the registry says of itself: its own view, of all that is durable. */
export async function heartbeatOf(database: MemoryDatabase, at: string): Promise<Heartbeat> {
  const view = new ProtectionView(KEY);
  for (const { shard, position } of database.headsNow()) {
    if (position === 0) continue;
    for (const event of await database.readShard(shard, 0, 1_000))
      view.apply(shard, event.position, event.id, readRegistryEvent(JSON.parse(event.text)));
  }
  const shards = view.positions().map((_, shard) => view.shardDigest(shard) ?? { position: 0, count: 0, digest: '' });
  return { at, shards };
}

/** Routing's view of the registry, with real sink, view and trust, and its decisions. In memory: a restart begins anew. */
export class Routing {
  readonly view = new ProtectionView(KEY);
  readonly trust: RegistryTrust;
  private readonly sink: MemorySink;

  constructor(
    readonly process: SimProcess,
    private readonly machine: Machine,
    private readonly registry: Registry,
    shards: readonly number[],
  ) {
    this.trust = new RegistryTrust(this.view, STALENESS_MS, () => process.now());
    this.sink = new MemorySink({
      from: new Map(),
      apply: ({ shard, events }) => {
        for (const { position, id, envelope } of events)
          this.view.apply(shard, position, id, readRegistryEvent(envelope));
      },
      onApplied: () => undefined,
      onHalt: () => machine.tally.add('view halted'),
    });
    void this.ask();
    for (const shard of shards) void this.follow(shard);
  }

  decide(dialed: string): CallDecided {
    const { view } = this;
    const registry = registryMoment(
      {
        positions: view.positions(),
        digest: view.digest(),
        protectedNumbers: view.count,
        ...this.trust.verdict(),
      },
      (index) => view.isProtected(index),
      () => false,
    );
    if (registry.used.state !== 'fresh') this.machine.tally.add(`view ${registry.used.state}`);
    const request = { facility: FACILITY, caller: CALLER, dialed, calleeState: 'TX', at: '2026-01-01T00:00:00.000Z' };
    return decideCall(request, gatherFacts(request, registry, DIRECTORY.now()));
  }

  private async ask(): Promise<void> {
    for (;;) {
      const askedAt = this.process.now();
      try {
        const beat = await this.process.call('heartbeat', async () => {
          await this.reached();
          return heartbeatOf(this.registry.database, instant(new Date(1_700_000_000_000 + this.machine.time.now())));
        });
        this.trust.offer(beat, askedAt);
      } catch {
        this.machine.tally.add('heartbeat lost');
      }
      await this.process.sleep(HEARTBEAT_MS);
    }
  }

  private async reached(): Promise<void> {
    await this.registry.process.running();
    if (this.machine.time.now() < this.registry.cutUntil) throw connectionLost();
  }

  private async follow(shard: number): Promise<void> {
    for (;;) {
      try {
        const { cursor, halted } = await this.sink.open(SOURCE, shard);
        const head = this.registry.database.headsNow()[shard]?.position ?? 0;
        if (halted || head <= cursor.position) {
          await this.process.sleep(POLL_MS);
          continue;
        }
        const { chance, weather } = this.machine;
        const back = chance.percent(weather.repeated) ? chance.below(3) : 0;
        const limit = chance.below(weather.cut) + 1 + back;
        const events = await this.process.call('feed', async () => {
          await this.reached();
          return this.registry.database.readShard(shard, Math.max(0, cursor.position - back), limit);
        });
        await this.sink.accept(
          SOURCE,
          shard,
          events.map(({ text }) => ({ text })),
        );
      } catch {
        await this.process.sleep(POLL_MS);
      }
    }
  }
}
