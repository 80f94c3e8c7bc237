import type { ShardHead } from '@privity/event-store';
import type { PublishedShards } from '../cursor.js';
import type { FeedPage, FeedQuery, FeedShard } from './feed-wire.js';

/** A page stops growing here, so that a reader far behind never makes the publisher hold much memory. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;
/** Appends of another replica are not announced in this process: look this often while somebody waits. */
const POLL_MS = 100;

interface Waiter {
  readonly hasNews: (heads: readonly ShardHead[]) => boolean;
  readonly wake: () => void;
}

/**
 * Serves a publisher's own store to readers. Knows no HTTP framework: a controller authenticates, reads the parameters
 * with `feedQuery`, and sends what `serve` resolves to as JSON. However many readers wait, one query at a time looks for news.
 */
export class FeedServer {
  private readonly waiters = new Set<Waiter>();
  private poll: NodeJS.Timeout | undefined;
  private looking = false;
  private lookAgain = false;
  private closed = false;

  constructor(
    readonly source: string,
    private readonly store: PublishedShards,
  ) {
    store.onAppended(() => this.look());
  }

  /**
   * Waits for news of the shards asked for, up to `query.wait`, and answers with them. Without shards: the heads. A reader
   * who knows more than the store has is told its head at once: the store lost events.
   */
  async serve(query: FeedQuery, signal?: AbortSignal): Promise<FeedPage> {
    const hasNews = (heads: readonly ShardHead[]): boolean =>
      heads.some(({ shard, position }) => position !== (query.after.get(shard) ?? position));
    let heads = await this.store.heads();
    if (query.after.size > 0 && query.wait > 0 && !hasNews(heads) && !this.closed) {
      await this.news(hasNews, query.wait, signal);
      heads = await this.store.heads();
    }
    return {
      source: this.source,
      shards: query.after.size === 0 ? heads.map(headOnly) : await this.read(heads, query),
    };
  }

  /** Answers everybody who waits. */
  close(): void {
    this.closed = true;
    for (const waiter of [...this.waiters]) waiter.wake();
  }

  private async read(heads: readonly ShardHead[], query: FeedQuery): Promise<FeedShard[]> {
    const behind = heads.filter(({ shard, position }) => position > (query.after.get(shard) ?? Infinity));
    const lacking = heads.filter(({ shard, position }) => position < (query.after.get(shard) ?? 0));
    const pages: FeedShard[] = lacking.map(headOnly);
    let room = PAGE_CHARACTERS;
    // Begin anywhere: a shard that fills every page must not keep the others from being read.
    const start = Math.floor(Math.random() * behind.length);
    for (const head of [...behind.slice(start), ...behind.slice(0, start)]) {
      if (room <= 0) break;
      const events: string[] = [];
      for (const { text } of await this.store.readShard(head.shard, query.after.get(head.shard) ?? 0, query.limit)) {
        if (room <= 0) break;
        events.push(text);
        room -= text.length;
      }
      pages.push({ ...headOnly(head), events });
    }
    return pages;
  }

  private news(hasNews: Waiter['hasNews'], wait: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.waiters.delete(waiter);
        if (this.waiters.size === 0) this.stopPolling();
        resolve();
      };
      const waiter: Waiter = { hasNews, wake };
      const timer = setTimeout(wake, wait);
      signal?.addEventListener('abort', wake);
      this.waiters.add(waiter);
      this.poll ??= setInterval(() => this.look(), POLL_MS);
      // An append between the heads just read and this line was announced to nobody.
      this.look();
    });
  }

  private stopPolling(): void {
    clearInterval(this.poll);
    this.poll = undefined;
  }

  private look(): void {
    if (this.waiters.size === 0) return;
    this.lookAgain = true;
    if (!this.looking) void this.lookUntilQuiet();
  }

  private async lookUntilQuiet(): Promise<void> {
    this.looking = true;
    try {
      while (this.lookAgain && this.waiters.size > 0) {
        this.lookAgain = false;
        const heads = await this.store.heads();
        for (const waiter of [...this.waiters]) if (waiter.hasNews(heads)) waiter.wake();
      }
    } catch {
      // The database is away: whoever waits gets the error from the read that follows the wait, and the poll looks again.
    } finally {
      this.looking = false;
    }
  }
}

function headOnly({ shard, position, id }: ShardHead): FeedShard {
  return { shard, head: position, ...(id === undefined ? {} : { headId: id }), events: [] };
}
