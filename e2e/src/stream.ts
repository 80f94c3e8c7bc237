import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivityClient } from '@privity/client';

export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly correlationid?: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The stored bytes. */
  readonly text: string;
}

const SHARDS = 12;
const PAGE = 500;

/** Every event that a service published so far, read through the public feed. */
export async function allEvents(auditor: PrivityClient, context: string): Promise<StoredEvent[]> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shardEvents(auditor, context, shard));
  return (await Promise.all(shards)).flat();
}

async function shardEvents(auditor: PrivityClient, context: string, shard: number): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let after = 0; ; after += PAGE) {
    const page = await auditor.feed<{ shards: { events: string[] }[] }>(context, shard, { after, limit: PAGE });
    const texts = page.shards.flatMap((one) => one.events);
    events.push(...texts.map((text) => ({ ...(JSON.parse(text) as Omit<StoredEvent, 'text'>), text })));
    if (texts.length < PAGE) return events;
  }
}

/** Asks until the answer is there; services hear of each other's events a moment later. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  limitMs = 30_000,
): Promise<T> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await sleep(100)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
  }
  throw new Error(`${what}: not within ${limitMs} ms`);
}
