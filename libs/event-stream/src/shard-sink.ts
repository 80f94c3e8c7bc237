import type { Cursor } from './cursor.js';
import type { Delivered } from './stream-event.js';
import type { Halt } from './halt.js';

/** What became of a delivery. `cursor` is where the shard stands now. */
export type Verdict =
  | { readonly kind: 'continue'; readonly cursor: Cursor }
  /** Somebody else moved the checkpoint: seek to `cursor` and go on. Never a halt. */
  | { readonly kind: 'moved'; readonly cursor: Cursor }
  /** Not all of what came could be applied; `cursor.offset` is before it. `found` is the furthest. */
  | { readonly kind: 'gap'; readonly cursor: Cursor; readonly found: number }
  | { readonly kind: 'halted'; readonly cursor: Cursor };

export interface Opened {
  readonly cursor: Cursor;
  readonly halted: boolean;
}

/** What an adapter drives. The sink knows events and checkpoints; the adapter knows connections and offsets. */
export interface ShardSink {
  /** Called when a shard is assigned, and again while it stands halted to see whether an operator resumed it. */
  open(source: string, shard: number): Promise<Opened>;
  /** At most one call per shard at a time. `alive` is called now and then during long work. */
  accept(source: string, shard: number, delivered: readonly Delivered[], alive: () => Promise<void>): Promise<Verdict>;
  halt(halt: Halt): Promise<void>;
}

/** One adapter at work for one sink. */
export interface StreamReader {
  start(): Promise<void>;
  /** Resolves when nothing is in flight any more. */
  stop(): Promise<void>;
}
