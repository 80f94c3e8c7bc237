import type { Stop } from './classify.js';

/** An event that came before one that it follows. */
export interface Ahead {
  /** Of the furthest. */
  readonly position: number;
  /** Kafka offset of the first. */
  readonly offset: bigint;
}

/**
 * What a shard still has to read once more when it has applied up to `reached`. The checkpoint's offset stays before it
 * (`offsetBefore`): past it, an event that came too early would never be seen again where no other follows (P6).
 */
export function stillAhead(ahead: Ahead | undefined, stop: Stop | undefined, reached: number): Ahead | undefined {
  const found = stop?.code === 'gap' ? stop : undefined;
  const offset = ahead?.offset ?? found?.since;
  const position = Math.max(ahead?.position ?? 0, found?.found ?? 0);
  return offset === undefined || position <= reached ? undefined : { position, offset };
}

/** Where to read on from: `offset`, or before what came too early. */
export function offsetBefore(ahead: Ahead | undefined, offset: bigint | undefined): bigint | undefined {
  if (ahead === undefined || offset === undefined || offset < ahead.offset) return offset;
  return ahead.offset === 0n ? undefined : ahead.offset - 1n;
}
