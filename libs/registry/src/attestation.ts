import { instant } from '@privity/kernel';
import type { Instant } from '@privity/kernel';
import type { RegistryAttested } from './events.js';
import type { ProtectionView } from './protection-view.js';

/** The beginning of the hour, or of whatever else is attested by: the same in every replica. */
export function attestedHour(now: Instant, everyMs: number): Instant {
  return instant(new Date(Math.floor(Date.parse(now) / everyMs) * everyMs));
}

/** A part of an attestation that a replay does not give. */
export interface AttestationDifference {
  /** Path in the event. */
  readonly field: string;
  /** JSON text in the log. */
  readonly live: string;
  /** JSON text as replayed; undefined: the replay does not reach so far. */
  readonly derived: string | undefined;
}

type Replayed = Pick<ProtectionView, 'shardDigest' | 'personsAt' | 'digestAt'>;

/**
 * Whether all that was attested follows from the events up to the positions that it names.
 * @param view a replay that forgets no position
 * @returns where it does not
 */
export function attestationDifferences(view: Replayed, data: RegistryAttested['data']): AttestationDifference[] {
  const positions = data.shards.map(({ position }) => position);
  const shards = positions.map((position, shard) => view.shardDigest(shard, position));
  const counts = shards.map((shard) => shard?.count);
  const derived: readonly (readonly [string, unknown, unknown])[] = [
    ['data.count', data.count, counts.includes(undefined) ? undefined : counts.reduce<number>((a, b = 0) => a + b, 0)],
    ['data.persons', data.persons, view.personsAt(positions)],
    ['data.digest', data.digest, view.digestAt(positions)],
    ...shards.map((shard, i) => [`data.shards.${i}`, data.shards[i], shard] as const),
  ];
  return derived
    .map(([field, said, replayed]) => ({ field, live: JSON.stringify(said), derived: jsonOf(replayed) }))
    .filter(({ live, derived: replayed }) => live !== replayed);
}

function jsonOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
