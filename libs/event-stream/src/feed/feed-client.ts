import type { ShardHead } from '@privity/event-store';
import { PrivityError } from '@privity/kernel';
import { Agent, fetch } from 'undici';
import { contextOf } from '../names.js';
import type { FeedAddresses } from '../stream-config.js';
import { type FeedPage, writeAfter } from './feed-wire.js';

/** The publisher does not answer, or refuses. Tried again by readers. */
export class FeedUnavailable extends PrivityError {
  constructor(source: string, reason: string, cause?: unknown) {
    super('feed-unavailable', 503, `The feed of ${source} is not available: ${reason}`, { cause });
  }
}

/** How long an answer may take beyond the wait that was asked for. */
const ANSWER_LIMIT_MS = 30_000;

/** Reads publishers' feeds, from any replica that answers: all of them serve the same store. */
export class FeedClient {
  /** Source -> the replica that answered last. */
  private readonly turns = new Map<string, number>();
  private readonly agent = new Agent({
    connections: 64,
    keepAliveTimeout: 30_000,
    bodyTimeout: 60_000,
    headersTimeout: 60_000,
  });

  constructor(private readonly addresses: FeedAddresses) {}

  /** One long poll over several shards of a source; returns at the first news of any of them, or when `wait` is over. */
  async read(
    source: string,
    after: ReadonlyMap<number, number>,
    options: { readonly limit: number; readonly wait?: number; readonly signal?: AbortSignal },
  ): Promise<FeedPage> {
    const query = new URLSearchParams({
      after: writeAfter(after),
      limit: String(options.limit),
      wait: String(options.wait ?? 0),
    });
    return this.get(source, `?${query.toString()}`, options.wait ?? 0, options.signal);
  }

  /** Where the publisher's store stands. */
  async heads(source: string): Promise<readonly ShardHead[]> {
    const page = await this.get(source, '', 0, undefined);
    return page.shards.map(({ shard, head, headId }) => ({
      shard,
      position: head,
      ...(headId === undefined ? {} : { id: headId }),
    }));
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async get(source: string, query: string, wait: number, signal: AbortSignal | undefined): Promise<FeedPage> {
    const bases = this.addresses.feeds[contextOf(source)] ?? [];
    let failure = new FeedUnavailable(source, 'no address is configured');
    for (let asked = 0; asked < bases.length; asked += 1) {
      const turn = this.turns.get(source) ?? 0;
      try {
        return await this.ask(bases[turn % bases.length] ?? '', source, query, wait, signal);
      } catch (error) {
        if (!(error instanceof FeedUnavailable)) throw error;
        failure = error;
        if (signal?.aborted === true) break;
        this.turns.set(source, turn + 1);
      }
    }
    throw failure;
  }

  private async ask(
    base: string,
    source: string,
    query: string,
    wait: number,
    signal: AbortSignal | undefined,
  ): Promise<FeedPage> {
    const context = contextOf(source);
    const limit = AbortSignal.timeout(wait + ANSWER_LIMIT_MS);
    try {
      const response = await fetch(`${base.replace(/\/$/, '')}/feed/${context}${query}`, {
        headers: { authorization: `Bearer ${this.addresses.token}`, accept: 'application/json' },
        dispatcher: this.agent,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new FeedUnavailable(source, `it answers ${response.status}`);
      }
      return readPage(source, await response.json());
    } catch (error) {
      if (error instanceof FeedUnavailable) throw error;
      throw new FeedUnavailable(source, 'no answer', error);
    }
  }
}

function readPage(source: string, body: unknown): FeedPage {
  const page = body as Partial<FeedPage> | null;
  if (page?.source !== source || !Array.isArray(page.shards)) {
    throw new FeedUnavailable(source, 'what answers is not its feed');
  }
  return page as FeedPage;
}
