import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore, parseEnvelope, type RecordedEvent } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import { DirectoryView, isDirectoryEvent, upcast } from '@privity/routing';
import { JsonLog } from '@privity/service';

const POLL_MS = 200;
const READ_AT_ONCE = 2_000;

/**
 * Keeps the directory in memory by reading the own store's shards, so that other replicas' imports and policies are seen too.
 * Calls stand in the same shards and are passed over unread.
 */
@Injectable()
export class Directory implements OnApplicationBootstrap, OnModuleDestroy {
  readonly view = new DirectoryView();
  private readonly applied = new Array<number>(SHARDS).fill(0);
  private reading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private complete = false;
  private broken: unknown;

  constructor(
    private readonly store: EventStore,
    private readonly log: JsonLog,
  ) {}

  /** The view has once reached the store's end, and nothing stops it from following. */
  get caughtUp(): boolean {
    return this.complete && this.broken === undefined;
  }

  onApplicationBootstrap(): void {
    this.next(0);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.reading?.catch(() => undefined);
  }

  /** Resolves when the view has applied these events, or anything later: read your own writes. */
  async reach(events: readonly RecordedEvent[]): Promise<void> {
    const missing = () => events.some(({ shard, position }) => (this.applied[shard] ?? 0) < position);
    while (missing() && !this.stopped) {
      if (this.broken !== undefined) throw this.broken;
      await this.catchUp();
    }
  }

  private next(delay: number): void {
    if (this.stopped || this.broken !== undefined) return;
    this.timer = setTimeout(() => {
      void this.catchUp()
        .catch((error: unknown) => this.log.failure('the directory could not be read', error, 'warn'))
        .finally(() => this.next(POLL_MS));
    }, delay);
  }

  /** One pass at a time; whoever comes while one runs gets a new one after it. */
  private async catchUp(): Promise<void> {
    await this.reading?.catch(() => undefined);
    this.reading ??= this.pass().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  private async pass(): Promise<void> {
    for (const { shard, position } of await this.store.heads()) {
      while ((this.applied[shard] ?? 0) < position) {
        const events = await this.store.readShard(shard, this.applied[shard] ?? 0, READ_AT_ONCE);
        if (events.length === 0) break;
        this.apply(events);
      }
    }
    this.complete = true;
  }

  private apply(events: readonly RecordedEvent[]): void {
    try {
      for (const recorded of events) {
        if (isDirectoryEvent(recorded)) {
          const { dataschema, data } = parseEnvelope(recorded.text);
          this.view.apply(recorded.shard, recorded.position, recorded.id, upcast(recorded.type, dataschema, data));
        }
        this.applied[recorded.shard] = recorded.position;
      }
    } catch (error) {
      // A view with a hole would decide wrongly for good: from here on nothing is decided.
      this.broken = error;
      this.log.failure('the directory cannot be followed', error);
      throw error;
    }
  }
}
