import { describe, expect, it } from '@jest/globals';
import { CONTEXTS } from '@privity/service/installation';
import { readFeeds } from './evidence.js';
import { headVector, type StatusClient, waitUntilQuiet } from './settling.js';

const status = (missing: readonly string[], unreachable: readonly string[] = missing) => ({
  sources: CONTEXTS.filter((name) => !missing.includes(name)).map((name) => ({
    source: `/privity/${name}`,
    shards: [{ shard: 0, head: 7, consumers: [] }],
  })),
  unreachable,
});

/** The gateway's answers one after the other, the last one for ever. */
function answering(...answers: readonly object[]): StatusClient {
  let asked = 0;
  return { streamStatus: <T>() => Promise.resolve((answers[asked++] ?? answers.at(-1)) as T) };
}

describe('a service that does not say where it stands', () => {
  it('is waited for, because what it published would otherwise not be looked for', async () => {
    const heads = await headVector(answering(status(['recording']), status([])), 5_000);
    expect([...heads]).toEqual(CONTEXTS.map((name) => [`/privity/${name}`, [7]]));
  });

  it('is named when it never does, also when the gateway does not name it', async () => {
    await expect(headVector(answering(status(['recording'])), 0)).rejects.toThrow('recording does not say');
    await expect(headVector(answering(status(['audit'], [])), 0)).rejects.toThrow('audit does not say');
  });

  it('does not pass for quiet', async () => {
    const client = answering(status(['recording']));
    await expect(waitUntilQuiet(client, 300)).rejects.toThrow('recording does not answer');
  });
});

describe('readFeeds', () => {
  const page = (...positions: number[]) => ({
    shards: [{ shard: 0, events: positions.map((position) => JSON.stringify({ position: String(position) })) }],
  });
  const heads = new Map([['/privity/registry', [3]]]);
  const feed = (...pages: readonly object[]) => {
    let asked = 0;
    return { feed: <T>() => Promise.resolve((pages[asked++] ?? page()) as T) };
  };

  it('reads every position up to the head', async () => {
    expect((await readFeeds(feed(page(1, 2), page(3, 4)), heads)).size).toBe(3);
  });

  it.each([
    ['a hole', [page(1, 3)], 'publishes position 3 after 1'],
    ['an end before the head', [page(1, 2)], 'publishes nothing after position 2'],
  ])('finds %s', async (_, pages, message) => {
    await expect(readFeeds(feed(...pages), heads)).rejects.toThrow(message);
  });
});
