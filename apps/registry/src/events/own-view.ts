import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import type { BlindIndex, KeyRing } from '@privity/kernel';
import { ProtectionView, readRegistryEvent } from '@privity/registry';
import { INDEX_KEYS, JsonLog, Readiness } from '@privity/service';

const PAGE = 1000;
const WARM_EVERY_MS = 250;

/**
 * The registry's view of itself, read from its own store shard by shard. Never behind when it is asked: each answer
 * waits until the heads of that moment are applied, whichever process appended them.
 */
@Injectable()
export class OwnView implements OnModuleInit, OnModuleDestroy {
  private readonly view: ProtectionView;
  private last: Promise<unknown> = Promise.resolve();
  private warming: NodeJS.Timeout | undefined;
  private stopListening: (() => void) | undefined;
  private destroyed = false;

  constructor(
    private readonly store: EventStore,
    private readonly readiness: Readiness,
    private readonly log: JsonLog,
    @Inject(INDEX_KEYS) indexKeys: KeyRing,
  ) {
    this.view = new ProtectionView(indexKeys.current('view-digest').key);
  }

  onModuleInit(): void {
    const release = this.readiness.hold('view', 'reading the protected numbers');
    this.current().then(release, (error: unknown) => this.log.failure('the own view cannot be read', error));
    this.stopListening = this.store.onAppended(() => this.readAlong());
  }

  async onModuleDestroy(): Promise<void> {
    this.destroyed = true;
    this.stopListening?.();
    clearTimeout(this.warming);
    await this.last.catch(() => undefined);
  }

  /** The view at the heads of this moment or later. Nothing is served from it where the store cannot be read. */
  current(): Promise<ProtectionView> {
    // One catch-up at a time, and each begins after it was asked for: the heads it reads include all that went before.
    const next = this.last.then(
      () => this.catchUp(),
      () => this.catchUp(),
    );
    this.last = next;
    return next;
  }

  /** Whether the number or person was protected when this view was last read: a hint, for who can be wrong at no cost. */
  hasSeen(index: BlindIndex): boolean {
    return this.view.isProtected(index) !== undefined;
  }

  /** Soon, while an import appends, so that a heartbeat in the middle of it has little left to read. */
  readAlong(): void {
    if (this.destroyed) return;
    this.warming ??= setTimeout(() => {
      this.current()
        // Whoever asks for the view is told; here nobody did.
        .catch((error: unknown) => this.log.failure('the own view fell behind', error, 'warn'))
        .finally(() => (this.warming = undefined));
    }, WARM_EVERY_MS);
  }

  private async catchUp(): Promise<ProtectionView> {
    for (const { shard, position } of await this.store.heads()) await this.readShard(shard, position);
    return this.view;
  }

  private async readShard(shard: number, head: number): Promise<void> {
    for (let after = this.view.positions()[shard] ?? 0; after < head;) {
      const events = await this.store.readShard(shard, after, PAGE);
      for (const { position, id, text } of events) {
        this.view.apply(shard, position, id, readRegistryEvent(parseEnvelope(text)));
        after = position;
      }
      if (events.length === 0) throw new Error(`shard ${shard} ends at ${after}, before its head ${head}`);
    }
  }
}
