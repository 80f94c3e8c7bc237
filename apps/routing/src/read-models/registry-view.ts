import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { ShardHead } from '@privity/event-store';
import { Tail } from '@privity/event-stream';
import type { KeyRing } from '@privity/kernel';
import { ProtectionView, readRegistryEvent, RegistryTrust } from '@privity/registry';
import type { RegistryEvent } from '@privity/registry';
import { type RegistryMoment, registryMoment } from '@privity/routing';
import { INDEX_KEYS, JsonLog, ServiceConfig } from '@privity/service';

const REGISTRY = '/privity/registry';
const DEFAULT_STALENESS_MS = 10_000;
const AGAIN_MS = 1_000;

/** Every protected number, in memory, from the registry's events alone; and whether it can be believed (P3). */
@Injectable()
export class RegistryView implements OnApplicationBootstrap, OnModuleDestroy {
  readonly trust: RegistryTrust;
  private readonly view: ProtectionView;
  /** Of which the registry ever spoke. */
  private readonly claims = new Set<string>();
  private tail: Tail | undefined;
  private complete = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly config: ServiceConfig,
    private readonly log: JsonLog,
    @Inject(INDEX_KEYS) keys: KeyRing,
  ) {
    this.view = new ProtectionView(keys.current('view-digest').key);
    this.trust = new RegistryTrust(this.view, config.env.integer('PRIVITY_STALENESS_MS', DEFAULT_STALENESS_MS));
  }

  /** The view has once held all that the registry had published when this service started. */
  get caughtUp(): boolean {
    return this.complete;
  }

  /** The registry as it is seen now, with the verdict on this view. */
  moment(): RegistryMoment {
    const { view } = this;
    const used = {
      positions: view.positions(),
      digest: view.digest(),
      protectedNumbers: view.count,
      ...this.trust.verdict(),
    };
    return registryMoment(
      used,
      (index) => view.isProtected(index),
      (claim) => this.claims.has(claim),
    );
  }

  onApplicationBootstrap(): void {
    void this.follow([]);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.tail?.stop();
  }

  private async follow(from: readonly ShardHead[]): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const tail = await this.startTail(from);
        this.tail = tail;
        if (this.stopping.signal.aborted) return await tail.stop();
        await tail.caughtUp();
        this.complete = true;
        return;
      } catch (error) {
        this.log.failure('the registry cannot be followed yet', error, 'warn');
        await pause(AGAIN_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private startTail(from: readonly ShardHead[]): Promise<Tail> {
    return Tail.start({
      name: 'routing-registry-view',
      sources: [REGISTRY],
      stream: this.config.stream,
      from: { [REGISTRY]: from },
      apply: ({ shard, events }) => {
        for (const { position, id, envelope } of events) this.see(shard, position, id, readRegistryEvent(envelope));
      },
      // A halted shard does not reach the next heartbeat: the view grows stale, and nothing is recorded.
      onHalt: ({ code, shard, position }) =>
        this.log.line('error', 'the registry view halted', { code, shard, position }),
      onCrash: (error) => {
        this.log.failure('the registry view lost its stream', error, 'warn');
        void this.restart();
      },
      log: (level, message, facts) => this.log.line(level, message, facts),
    });
  }

  private see(shard: number, position: number, id: string, event: RegistryEvent): void {
    this.view.apply(shard, position, id, event);
    if (event.type === 'registry.NumberProtected' && event.data.source.kind === 'claim')
      this.claims.add(event.data.source.ref);
  }

  private async restart(): Promise<void> {
    const from = this.tail?.positions(REGISTRY) ?? [];
    await this.tail?.stop().catch(() => undefined);
    await this.follow(from);
  }
}
