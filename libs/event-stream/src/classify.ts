import type { Cursor } from './cursor.js';
import { type Delivered, readStreamEvent, type StreamEvent } from './stream-event.js';

/** Why reading stopped before the end of what was delivered. */
export type Stop =
  /** `found` is the furthest event that came although `expected` did not; `since` is the Kafka offset of the first such. */
  | { readonly code: 'gap'; readonly expected: number; readonly found: number; readonly since: bigint | undefined }
  | { readonly code: 'fork'; readonly event: StreamEvent }
  | { readonly code: 'unreadable'; readonly position: number };

export interface Classified {
  /** What continues the shard without a hole, duplicates dropped. */
  readonly fresh: readonly StreamEvent[];
  readonly stop: Stop | undefined;
}

/**
 * Decides, for deliveries of one shard, what is next, what was seen and what must not be (P6). `last + 1` with the right
 * predecessor applies; `<= last` is a duplicate; another id at the last position, or another predecessor, is a fork.
 */
export function classify(source: string, shard: number, cursor: Cursor, delivered: readonly Delivered[]): Classified {
  const fresh: StreamEvent[] = [];
  const ids = new Map<number, string | undefined>([[cursor.position, cursor.id]]);
  let last = cursor.position;
  let ahead = 0;
  let since: bigint | undefined;
  for (const one of delivered) {
    let event: StreamEvent;
    try {
      event = readStreamEvent(source, shard, one);
    } catch {
      return { fresh, stop: { code: 'unreadable', position: last + 1 } };
    }
    if (event.position <= last) {
      const known = ids.has(event.position);
      if (known && ids.get(event.position) !== event.id) return { fresh, stop: { code: 'fork', event } };
      continue;
    }
    if (event.position > last + 1) {
      // A republished event stands behind those that follow it: what continues the shard may still come.
      ahead = Math.max(ahead, event.position);
      since ??= event.offset;
      continue;
    }
    if (event.previd !== ids.get(last)) return { fresh, stop: { code: 'fork', event } };
    fresh.push(event);
    ids.set(event.position, event.id);
    last = event.position;
  }
  return { fresh, stop: ahead > last ? { code: 'gap', expected: last + 1, found: ahead, since } : undefined };
}
