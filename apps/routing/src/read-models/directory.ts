import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore, parseEnvelope, type ShardHead, StoreUnavailable } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import { DirectoryView, isDirectoryEvent, upcast } from '@privity/routing';
import { JsonLog, Membership } from '@privity/service';
import { Pool } from 'pg';

const POLL_MS = 200;
const READ_AT_ONCE = 2_000;
const SIBLINGS_AGAIN_MS = 50;

/**
 * What a shard got after one position and up to another, without the calls: hundreds of them come for each of the others,
 * and would all be sent here to be thrown away. One statement for all shards, each limited for itself.
 */
const READ = {
  name: 'directory.read',
  text: `select wanted.shard, found.position, found.id, found.event
    from unnest($1::int[], $2::bigint[], $3::bigint[]) as wanted (shard, after, upto)
    cross join lateral (
      select e.position, e.id, e.event from event_store.event e
      where e.shard = wanted.shard and e.position > wanted.after and e.position <= wanted.upto
        and e.stream not like 'call-%'
      order by e.position limit $4) found
    order by wanted.shard, found.position`,
};

interface Row {
  readonly shard: number;
  readonly position: string;
  readonly id: string;
  readonly event: string;
}

type Position = Pick<ShardHead, 'shard' | 'position'>;

interface Span {
  readonly shard: number;
  readonly after: number;
  readonly upto: number;
}

/** Keeps the directory in memory by reading the own store, so that other replicas' imports and policies are seen too. */
@Injectable()
export class Directory implements OnApplicationBootstrap, OnModuleDestroy {
  readonly view = new DirectoryView();
  private readonly applied = new Array<number>(SHARDS).fill(0);
  private reading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private complete = false;
  private untold = true;
  private broken: unknown;
  private withdrawn = false;

  constructor(
    private readonly store: EventStore,
    private readonly pool: Pool,
    private readonly log: JsonLog,
    private readonly membership: Membership,
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
  async reach(events: readonly Position[]): Promise<void> {
    const missing = () => events.some(({ shard, position }) => (this.applied[shard] ?? 0) < position);
    while (missing() && !this.stopped) {
      if (this.broken !== undefined) throw this.broken;
      await this.catchUp();
    }
  }

  /** The same in every replica that takes calls: whoever is told that a change is in force may ask any of them next. */
  async reachEverywhere(events: readonly Position[]): Promise<void> {
    await this.reach(events);
    while (!this.stopped) {
      const { rowCount } = await this.pool.query(
        `select from replica, unnest($2::int[], $3::bigint[]) as needed (shard, position)
         where id <> $1 and seen_until > now() and (reached->>shard)::bigint < position limit 1`,
        [this.membership.id, events.map(({ shard }) => shard), events.map(({ position }) => position)],
      );
      // One that died is waited for until its lease is over.
      if (rowCount === 0) return;
      await pause(SIBLINGS_AGAIN_MS);
    }
  }

  private next(delay: number): void {
    if (this.stopped || this.withdrawn) return;
    this.timer = setTimeout(() => {
      void (this.broken === undefined ? this.catchUp() : this.withdraw())
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
    await this.follow();
    if (this.untold) await this.tellSiblings(this.applied);
    this.untold = false;
    if (this.complete) return;
    // Nobody waited for this replica before it told of itself, and the first reading may have taken long.
    await this.follow();
    this.complete = true;
  }

  private async follow(): Promise<void> {
    const heads = await this.store.heads();
    for (;;) {
      const spans = heads
        .map(({ shard, position }) => ({ shard, after: this.applied[shard] ?? 0, upto: position }))
        .filter(({ after, upto }) => after < upto);
      if (spans.length === 0) break;
      const rows = await this.read(spans);
      this.untold ||= rows.length > 0;
      for (const span of spans) {
        this.apply(
          span,
          rows.filter(({ shard }) => shard === span.shard),
        );
      }
    }
  }

  /** A view that cannot be followed decides nothing any more: no change need wait for it. */
  private async withdraw(): Promise<void> {
    await this.tellSiblings(null);
    this.withdrawn = true;
  }

  /** How far this replica's view is. Not told before that view decides, nor after: nobody then waits for it. */
  private async tellSiblings(reached: readonly number[] | null): Promise<void> {
    await this.membership.join();
    await this.pool.query('update replica set reached = $2 where id = $1', [
      this.membership.id,
      reached && JSON.stringify(reached),
    ]);
  }

  private async read(spans: readonly Span[]): Promise<readonly Row[]> {
    const values = [spans.map(({ shard }) => shard), spans.map(({ after }) => after), spans.map(({ upto }) => upto)];
    const { rows } = await this.pool
      .query<Row>({ ...READ, values: [...values, READ_AT_ONCE] })
      .catch((error: unknown) => {
        throw new StoreUnavailable('the directory could not be read', error);
      });
    return rows;
  }

  private apply({ shard, upto }: Span, rows: readonly Row[]): void {
    try {
      for (const { position, id, event } of rows) {
        const { type, dataschema, data } = parseEnvelope(event);
        if (isDirectoryEvent({ type })) this.view.apply(shard, Number(position), id, upcast(type, dataschema, data));
        this.applied[shard] = Number(position);
      }
      // A full page may not be all there is.
      if (rows.length < READ_AT_ONCE) this.applied[shard] = upto;
    } catch (error) {
      // A view with a hole would decide wrongly for good: from here on nothing is decided.
      this.broken = error;
      this.log.failure('the directory cannot be followed', error);
      throw error;
    }
  }
}
