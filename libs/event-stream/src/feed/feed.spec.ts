import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run, scriptId } from '../contract/script.js';
import { eventually } from '../contract/stage.js';
import type { Halt } from '../halt.js';
import { shardKey, sourceOf } from '../names.js';
import { MemorySink } from '../tail/memory-sink.js';
import { type FeedHttp, feedHttp } from '../test-bench/feed-http.js';
import { ScriptedShards } from '../test-bench/scripted-shards.js';
import { FeedClient } from './feed-client.js';
import { FeedReader } from './feed-reader.js';
import { FeedServer } from './feed-server.js';
import { feedQuery } from './feed-wire.js';

const context = 'test';
const source = sourceOf(context);

describe('the feed over HTTP', () => {
  let http: FeedHttp;
  let client: FeedClient;
  const shards = new ScriptedShards();
  beforeAll(async () => {
    http = await feedHttp();
    http.add(context, shards);
    client = new FeedClient(http.addresses([context, 'absent']));
    shards.deliver(2, run(context, 2, 1, 3));
    shards.deliver(5, run(context, 5, 1, 1));
  });
  afterAll(async () => {
    await client.close();
    await http.close();
  });

  it('answers with the stored texts, for the shards asked for that have news', async () => {
    const page = await client.read(
      source,
      new Map([
        [2, 0],
        [3, 0],
        [5, 1],
      ]),
      { limit: 10 },
    );
    expect(page).toEqual({ source, shards: [{ shard: 2, head: 3, events: run(context, 2, 1, 3) }] });
  });

  it('is read from another replica of the publisher while one is away', async () => {
    const { feeds, token } = http.addresses([context]);
    const [base = ''] = feeds[context] ?? [];
    const either = new FeedClient({ feeds: { [context]: ['http://127.0.0.1:1', base] }, token });
    expect(await either.heads(source)).toHaveLength(12);
    const page = await either.read(source, new Map([[2, 0]]), { limit: 10 });
    expect(page.shards).toHaveLength(1);
    const neither = new FeedClient({ feeds: { [context]: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] }, token });
    await expect(neither.heads(source)).rejects.toMatchObject({ code: 'feed-unavailable' });
    await Promise.all([either.close(), neither.close()]);
  });

  it('says where every shard stands', async () => {
    const heads = await client.heads(source);
    expect(heads).toHaveLength(12);
    expect(heads[2]).toEqual({ shard: 2, position: 3 });
  });

  it('waits for news of any shard asked for, and no longer', async () => {
    const asked = performance.now();
    const answer = client.read(
      source,
      new Map([
        [7, 0],
        [8, 0],
      ]),
      { limit: 10, wait: 10_000 },
    );
    setTimeout(() => shards.deliver(8, run(context, 8, 1, 1)), 150);
    expect((await answer).shards).toMatchObject([{ shard: 8, head: 1 }]);
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect((await client.read(source, new Map([[9, 0]]), { limit: 10, wait: 60 })).shards).toEqual([]);
  });

  it('halts a reader that has more than the publisher: events were lost, and nobody else would ever say so', async () => {
    const halts: Halt[] = [];
    const from = new Map([[shardKey(source, 2), { position: 4, id: scriptId(2, 4), offset: undefined }]]);
    const ignore = () => undefined;
    const sink = new MemorySink({ from, apply: ignore, onApplied: ignore, onHalt: (halt) => halts.push(halt) });
    const reader = new FeedReader(sink, {
      ...{ name: 'ahead', sources: [source], batchSize: 10, leases: undefined, onCrash: ignore, log: ignore },
      stream: { stream: 'feed', ...http.addresses([context]) },
    });
    await reader.start();
    await eventually(() => Promise.resolve(expect(halts).toHaveLength(1)));
    await reader.stop();
    expect(halts).toEqual([{ code: 'fork', source, shard: 2, position: 4, cause: 'the publisher ends at 3' }]);
  });

  it('of the reader itself is read without a request', async () => {
    const applied: number[] = [];
    const ignore = () => undefined;
    const sink = new MemorySink({
      from: new Map(),
      apply: ({ events }) => void applied.push(...events.map(({ position }) => position)),
      onApplied: ignore,
      onHalt: ignore,
    });
    const own = new FeedServer(source, shards);
    const reader = new FeedReader(sink, {
      ...{ name: 'own', sources: [source], batchSize: 2, leases: undefined, onCrash: ignore, log: ignore },
      stream: { stream: 'feed', feeds: {}, token: 'none', own },
    });
    await reader.start();
    await eventually(() => Promise.resolve(expect(applied.length).toBeGreaterThanOrEqual(4)));
    const before = applied.length;
    shards.deliver(9, run(context, 9, 1, 1));
    await eventually(() => Promise.resolve(expect(applied).toHaveLength(before + 1)));
    own.close();
    const asked = jest.spyOn(shards, 'heads');
    await sleep(300);
    await reader.stop();
    // One that stops answers at once: it is not asked without pause.
    expect(asked.mock.calls.length).toBeLessThan(20);
    asked.mockRestore();
  });

  it('is closed to whoever has no right to it, and plain about a publisher that is away', async () => {
    const stranger = new FeedClient({ ...http.addresses([context]), token: 'guessed' });
    await expect(stranger.heads(source)).rejects.toMatchObject({ code: 'feed-unavailable' });
    await stranger.close();
    await expect(client.heads(sourceOf('absent'))).rejects.toThrow('it answers 404');
    await expect(client.heads(sourceOf('unconfigured'))).rejects.toThrow('no address is configured');
  });
});

describe('the parameters of a feed', () => {
  it('are one shard and a position, or several', () => {
    expect(feedQuery('3', { after: '17', limit: '5', wait: '100' })).toEqual({
      after: new Map([[3, 17]]),
      limit: 5,
      wait: 100,
    });
    expect(feedQuery(undefined, { after: '0:12,11:7' }).after).toEqual(
      new Map([
        [0, 12],
        [11, 7],
      ]),
    );
    expect(feedQuery(undefined, {})).toEqual({ after: new Map(), limit: 500, wait: 0 });
    expect(feedQuery('0', { limit: '100000', wait: '999999' })).toMatchObject({ limit: 1_000, wait: 30_000 });
  });

  it.each([
    ['12', {}, 'shard'],
    ['-1', {}, 'shard'],
    ['0', { after: '1.5' }, 'after'],
    ['0', { after: '9007199254740993' }, 'after'],
    ['0', { limit: '0' }, 'limit'],
    ['0', { wait: 'long' }, 'wait'],
    [undefined, { after: '0:1:2' }, 'after'],
    [undefined, { after: '12:0' }, 'after'],
    [undefined, { after: '3' }, 'after'],
  ])('%s %j is refused naming %s', (shard, parameters, field) => {
    expect(() => feedQuery(shard, parameters)).toThrow(expect.objectContaining({ code: 'invalid-input', field }));
  });
});
