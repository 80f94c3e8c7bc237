import type { PublishedShards } from '../cursor.js';
import type { StreamConfig } from '../stream-config.js';
import type pg from 'pg';

/** What an adapter brings so that the contract can be held against it. Contexts are names such as `t3`; each is used once. */
export interface StreamBench {
  /** Superuser, any database of the PostgreSQL server to use. */
  readonly adminUrl: string;
  /** How a consumer of these contexts is configured. */
  streamFor(contexts: readonly string[]): StreamConfig;
  /** Puts a real store on the wire. */
  publish(context: string, store: PublishedShards, pool: pg.Pool): Promise<{ stop(): Promise<void> }>;
  /** A wire that carries whatever it is given, in that order: duplicates, holes, another history. */
  script(context: string): Promise<ScriptedWire>;
}

export interface ScriptedWire {
  deliver(shard: number, texts: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Opens a bench once for all tests of a suite. */
export interface OpenedBench extends StreamBench {
  close(): Promise<void>;
}
