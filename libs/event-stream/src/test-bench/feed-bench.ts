import type { OpenedBench } from '../contract/index.js';
import { feedHttp } from './feed-http.js';
import { ScriptedShards } from './scripted-shards.js';
import { testPostgres } from './servers.js';

export async function feedBench(): Promise<OpenedBench> {
  const postgres = await testPostgres();
  const http = await feedHttp();
  return {
    adminUrl: postgres.url,
    streamFor: (contexts) => ({ stream: 'feed', ...http.addresses(contexts) }),
    publish: (context, store) => Promise.resolve(http.add(context, store)),
    script: (context) => {
      const shards = new ScriptedShards();
      const feed = http.add(context, shards);
      return Promise.resolve({
        deliver: (shard: number, texts: readonly string[]) => Promise.resolve(shards.deliver(shard, texts)),
        stop: () => feed.stop(),
      });
    },
    close: async () => {
      await http.close();
      await postgres.stop();
    },
  };
}
