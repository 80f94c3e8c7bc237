import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FeedServer } from '../feed/feed-server.js';
import { feedQuery } from '../feed/feed-wire.js';
import type { PublishedShards } from '../cursor.js';
import { sourceOf } from '../names.js';
import type { FeedAddresses } from '../stream-config.js';

export const TOKEN = 'a-reader';

/** The feed endpoint as a service serves it, for any number of contexts. */
export interface FeedHttp {
  add(context: string, store: PublishedShards): { stop(): Promise<void> };
  addresses(contexts: readonly string[]): FeedAddresses;
  /** Requests answered so far, by URL. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function feedHttp(): Promise<FeedHttp> {
  const feeds = new Map<string, FeedServer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://feed');
    asked.push(url.pathname + url.search);
    const [, , context = '', shard] = url.pathname.split('/');
    const feed = feeds.get(context);
    const authorised = request.headers.authorization === `Bearer ${TOKEN}`;
    if (feed === undefined || !authorised) {
      response.writeHead(authorised ? 404 : 401).end();
      return;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    feed
      .serve(feedQuery(shard, Object.fromEntries(url.searchParams)), gone.signal)
      .then((page) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page)))
      .catch(() => response.writeHead(503).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    add: (context, store) => {
      const feed = new FeedServer(sourceOf(context), store);
      feeds.set(context, feed);
      return {
        stop: () => {
          feeds.delete(context);
          feed.close();
          return Promise.resolve();
        },
      };
    },
    addresses: (contexts) => ({
      feeds: Object.fromEntries(contexts.map((context) => [context, [base]])),
      token: TOKEN,
    }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
