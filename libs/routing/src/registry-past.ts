import type { BlindIndex } from '@privity/kernel';
import type { CallerProtected, NumberProtected } from '@privity/registry/events';
import type { RegistryViewUsed } from './events.js';
import type { RegistryMoment, Standing } from './facts.js';
import type { ProtectionHistory } from './replay.js';
import { samePositions } from './versioned.js';

interface Since {
  readonly shard: number;
  readonly protectedAt: number;
  hotlineAt: number;
}

/** Who was protected as of any positions that were reached. Protection only ever grows, so each entry is two positions. */
export class RegistryPast {
  /** Numbers and persons: no index of one is an index of the other. */
  readonly #protected = new Map<BlindIndex, Since>();
  #last:
    { readonly positions: readonly number[]; readonly digest: string; readonly protectedNumbers: number } | undefined;

  constructor(private readonly history: ProtectionHistory) {}

  apply(shard: number, position: number, id: string, event: { readonly type: string; readonly data: unknown }): void {
    this.history.apply(shard, position, id, event);
    if (event.type !== 'registry.NumberProtected' && event.type !== 'registry.CallerProtected') return;
    const { index, category } = event.data as (NumberProtected | CallerProtected)['data'];
    const hotlineAt = category === 'hotline' ? position : Number.POSITIVE_INFINITY;
    const known = this.#protected.get(index);
    if (known === undefined) this.#protected.set(index, { shard, protectedAt: position, hotlineAt });
    else known.hotlineAt = Math.min(known.hotlineAt, hotlineAt);
  }

  /** @param said what only the live service could know: how old its view was, and the verdict on it */
  at(positions: readonly number[], said: Pick<RegistryViewUsed, 'ageMs' | 'state'>): RegistryMoment {
    const { digest, protectedNumbers } = this.#figures(positions);
    return {
      used: { positions, digest, protectedNumbers, ...said },
      standing: (index) => this.#standing(index, positions),
    };
  }

  #standing(index: BlindIndex, positions: readonly number[]): Standing {
    const since = this.#protected.get(index);
    const position = since === undefined ? 0 : (positions[since.shard] ?? 0);
    if (since === undefined || position < since.protectedAt) return undefined;
    return position < since.hotlineAt ? 'protected' : 'hotline';
  }

  /** Calls in a row use the same positions: their figures are made once. */
  #figures(positions: readonly number[]): { readonly digest: string; readonly protectedNumbers: number } {
    if (this.#last === undefined || !samePositions(this.#last.positions, positions)) {
      const counts = positions.map((position, shard) => this.history.shardDigest(shard, position)?.count ?? 0);
      const protectedNumbers = counts.reduce((sum, count) => sum + count, 0);
      this.#last = { positions, digest: this.history.digestAt(positions) ?? '', protectedNumbers };
    }
    return this.#last;
  }
}
