import { gunzipSync, gzipSync } from 'node:zlib';
import type { EventStore } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import { ProtectionView } from '@privity/registry';
import { DecisionReplay } from '@privity/routing';
import { withServer } from '../database.js';
import { fillWithDecisions, VIEW_KEY } from '../decided-calls.js';
import { atLeast, type Figures, type Row } from '../line.js';
import { alternate } from '../rounds.js';
import { freshStore } from '../store.js';

const PAGE = 500;
const BUNDLE = 256;

/** The texts of a store in pages, a page of each shard in turn, as a consumer of all shards gets them; the next of a shard is under way meanwhile. */
async function* texts(store: EventStore): AsyncGenerator<readonly string[]> {
  const ahead = new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, store.readShard(shard, 0, PAGE)]));
  while (ahead.size > 0) {
    for (const [shard, next] of ahead) {
      const page = await next;
      const last = page.at(-1);
      if (last === undefined) {
        ahead.delete(shard);
        continue;
      }
      const following = store.readShard(shard, last.position, PAGE);
      following.catch(() => undefined);
      ahead.set(shard, following);
      yield page.map(({ text }) => text);
    }
  }
}

async function replayStores(registry: EventStore, routing: EventStore): Promise<Figures> {
  const started = performance.now();
  const replay = new DecisionReplay(new ProtectionView(VIEW_KEY, Infinity));
  let events = 0;
  for (const store of [registry, routing]) {
    for await (const page of texts(store)) {
      for (const text of page) replay.take(text);
      events += page.length;
    }
  }
  const { replayed, mismatches } = replay.finish();
  if (mismatches.length > 0)
    throw new Error(`a bench must not measure what is wrong: ${JSON.stringify(mismatches[0])}`);
  const seconds = (performance.now() - started) / 1000;
  return { 'events/s': events / seconds, 'decisions/s': replayed / seconds };
}

function parse(bundles: readonly Buffer[]): Figures {
  const started = performance.now();
  let events = 0;
  for (const bundle of bundles) {
    for (const line of gunzipSync(bundle).toString('utf8').split('\n')) {
      JSON.parse(line);
      events++;
    }
  }
  return { 'events/s': events / ((performance.now() - started) / 1000) };
}

async function bundlesOf(stores: readonly EventStore[]): Promise<Buffer[]> {
  const bundles: Buffer[] = [];
  for (const store of stores) {
    for await (const page of texts(store)) {
      for (let from = 0; from < page.length; from += BUNDLE) {
        bundles.push(gzipSync(page.slice(from, from + BUNDLE).join('\n')));
      }
    }
  }
  return bundles;
}

/** Every decision derived again from what the stores hold, beside merely unpacking and parsing the same bytes. */
export const replay: Row = {
  name: 'replay',
  measure: ({ databaseUrl, rounds, quick, say }) =>
    withServer(databaseUrl, async (server) => {
      const registry = await freshStore(server, '/privity/registry');
      const routing = await freshStore(server, '/privity/routing');
      // A hundred calls of each person: what a store holds after some months.
      const population = quick
        ? { callers: 100, numbers: 5_000, calls: 5_000 }
        : { callers: 1_000, numbers: 20_000, calls: 100_000 };
      say(`deciding ${population.calls} calls`);
      await fillWithDecisions(registry.store, routing.store, population);
      const bundles = await bundlesOf([registry.store, routing.store]);
      const ours = () => replayStores(registry.store, routing.store);
      const measured = await alternate(rounds, ours, () => Promise.resolve(parse(bundles)));
      await registry.close();
      await routing.close();
      const ratio = (measured.ours['events/s'] ?? 0) / (measured.peer['events/s'] ?? 1);
      const work = 'decisions derived again from the store';
      const beside = 'gunzip and JSON.parse of the same bytes';
      return [{ work, beside, ...measured, rounds, bars: [atLeast('share', ratio, 0.35, 0.6)] }];
    }),
};
