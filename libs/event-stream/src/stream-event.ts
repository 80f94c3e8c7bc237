import { type EventEnvelope, parseEnvelope } from '@privity/event-store';

/** One event as it came over the wire: its bytes, and its envelope read once. */
export interface StreamEvent {
  readonly source: string;
  readonly shard: number;
  /** Gapless in its shard, from 1. */
  readonly position: number;
  readonly id: string;
  /** Id of its predecessor in the shard; absent for the first. */
  readonly previd: string | undefined;
  readonly type: string;
  readonly envelope: EventEnvelope;
  /** Exactly what the store holds, the topic carries and the log hashes. */
  readonly text: string;
  /** Kafka offset, where it came from there. */
  readonly offset: bigint | undefined;
}

/** Consecutive events of one shard, in order, without duplicates. */
export interface EventBatch {
  readonly source: string;
  readonly shard: number;
  readonly events: readonly StreamEvent[];
}

/** What an adapter hands over: the text, and the Kafka offset where there is one. */
export interface Delivered {
  readonly text: string;
  readonly offset?: bigint;
}

/** Reads the envelope; throws when the text is no event of this source and shard. */
export function readStreamEvent(source: string, shard: number, delivered: Delivered): StreamEvent {
  const envelope = parseEnvelope(delivered.text);
  const position = Number(envelope.position);
  if (envelope.source !== source || envelope.shard !== shard || !Number.isSafeInteger(position) || position < 1) {
    throw new RangeError(`An event of another source or shard, or without a position, in ${source} shard ${shard}`);
  }
  return {
    source,
    shard,
    position,
    id: envelope.id,
    previd: envelope.previd,
    type: envelope.type,
    envelope,
    text: delivered.text,
    offset: delivered.offset,
  };
}
