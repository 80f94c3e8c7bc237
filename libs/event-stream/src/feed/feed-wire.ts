import { InvalidInput, SHARDS } from '@privity/kernel';

/**
 * What a feed answers. Events are the stored texts as JSON strings: a JSON string holds any text exactly, so the bytes
 * that were hashed are the bytes that arrive. Shards without news are left out, except when only heads were asked for.
 * One that ends before the position asked for has lost events: it comes without any.
 */
export interface FeedPage {
  readonly source: string;
  readonly shards: readonly FeedShard[];
}

export interface FeedShard {
  readonly shard: number;
  /** Newest position of the shard when the page was made. */
  readonly head: number;
  /** Id of the event at `head`; absent while the shard is empty. */
  readonly headId?: string;
  readonly events: readonly string[];
}

/** Shards and the position to read after; most events per shard; milliseconds to wait for news. */
export interface FeedQuery {
  readonly after: ReadonlyMap<number, number>;
  readonly limit: number;
  readonly wait: number;
}

export const MAX_LIMIT = 1_000;
export const MAX_WAIT_MS = 30_000;

/** The raw query parameters of `GET /feed/<context>/<shard>` and `GET /feed/<context>`. */
export interface FeedParameters {
  /** With `shard`: a position. Without: `0:12,1:7`, the shards wanted and the position of each. Left out: heads only. */
  readonly after?: string | undefined;
  readonly limit?: string | undefined;
  /** Milliseconds. */
  readonly wait?: string | undefined;
}

/** Reads the parameters; throws InvalidInput naming the field. */
export function feedQuery(shard: string | undefined, parameters: FeedParameters): FeedQuery {
  return {
    after: shard === undefined ? severalShards(parameters.after) : oneShard(shard, parameters.after),
    limit: Math.min(wholeNumber('limit', parameters.limit ?? '500', 1), MAX_LIMIT),
    wait: Math.min(wholeNumber('wait', parameters.wait ?? '0', 0), MAX_WAIT_MS),
  };
}

/** `0:12,1:7` for the several-shard form of `after`. */
export function writeAfter(after: ReadonlyMap<number, number>): string {
  return [...after].map(([shard, position]) => `${shard}:${position}`).join(',');
}

function oneShard(shard: string, after: string | undefined): Map<number, number> {
  return new Map([[shardNumber('shard', shard), wholeNumber('after', after ?? '0', 0)]]);
}

function severalShards(after: string | undefined): Map<number, number> {
  const wanted = new Map<number, number>();
  for (const pair of after === undefined || after === '' ? [] : after.split(',')) {
    const [shard = '', position = '', ...rest] = pair.split(':');
    if (rest.length > 0) throw new InvalidInput('after', 'after reads <shard>:<position>,...');
    wanted.set(shardNumber('after', shard), wholeNumber('after', position, 0));
  }
  return wanted;
}

function shardNumber(field: string, text: string): number {
  const shard = wholeNumber(field, text, 0);
  if (shard >= SHARDS) throw new InvalidInput(field, `shards are 0 to ${SHARDS - 1}`);
  return shard;
}

function wholeNumber(field: string, text: string, least: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new InvalidInput(field, `${field} is a whole number of at least ${least}`);
  }
  return value;
}
