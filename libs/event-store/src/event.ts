import type { Instant } from '@privity/kernel';

/** What a caller hands to `append`. Personal data stands in `data` only, sealed. */
export interface NewEvent {
  /** A lower-case UUID. Give one where the append may be retried by another process; otherwise the store makes one. */
  readonly id?: string;
  /** `<context>.<PastTense>`, for instance `registry.NumberProtected`. */
  readonly type: string;
  /** A plain JSON object: what is not JSON is refused rather than silently changed. */
  readonly data: unknown;
  /** Version of the schema of `data`; 1 unless given. */
  readonly version?: number;
  /** The store's clock unless given. Client-supplied times never decide anything (architecture, section 6). */
  readonly time?: Instant;
  readonly actor?: string;
  /** Id of the event that caused this one. */
  readonly causationid?: string;
  /** The call or request that this belongs to. */
  readonly correlationid?: string;
}

/** An event as it stands in the store. `text` is the byte string that is published, hashed and exported. */
export interface RecordedEvent {
  readonly source: string;
  readonly stream: string;
  readonly shard: number;
  /** From 1, gapless in its shard. */
  readonly position: number;
  /** Version in its stream, from 1. */
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly text: string;
}

/** The parsed text of an event: CloudEvents 1.0 with the attributes of architecture, section 4. */
export interface EventEnvelope<D = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The stream. */
  readonly subject: string;
  readonly time: Instant;
  readonly datacontenttype: 'application/json';
  /** `urn:privity:<type>:<version>`. */
  readonly dataschema: string;
  readonly actor?: string;
  readonly causationid?: string;
  readonly correlationid?: string;
  readonly data: D;
  readonly sequence: string;
  readonly shard: number;
  readonly position: string;
  /** Id of the event before this one in the shard; absent for the first. */
  readonly previd?: string;
}

/** The version that the stream must have: anything, none yet, or exactly so many events. */
export type ExpectedVersion = 'any' | 'no stream' | number;

export interface Appended {
  readonly events: readonly RecordedEvent[];
  /** Version of the stream after the last of these events. */
  readonly version: number;
  /** The ids were in the store already: an earlier append, or the first try of this one whose answer was lost. */
  readonly repeated: boolean;
}

/** The newest event of a shard. Position 0 and no id: the shard is empty. */
export interface ShardHead {
  readonly shard: number;
  readonly position: number;
  readonly id?: string;
}
