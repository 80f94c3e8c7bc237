import type { BlindIndex } from '@privity/kernel';
import type { CallerProtected, NumberProtected, ProtectionEnded } from '@privity/registry/events';
import type { RegistryViewUsed } from './events.js';
import type { RegistryMoment, Standing } from './facts.js';
import type { ProtectionHistory } from './replay.js';
import { claimIn, standingOf } from './standing.js';
import { samePositions } from './versioned.js';

/** How a number or person stood from a position of their shard on, and before. */
interface Moment {
  readonly shard: number;
  readonly from: number;
  readonly standing: Standing;
  /** Of one that is only claimed. */
  readonly claim: string | undefined;
  readonly before: Moment | undefined;
}

/** Who was protected as of any positions that were reached. */
export class RegistryPast {
  /** Numbers and persons: no index of one is an index of the other. */
  readonly #moments = new Map<BlindIndex, Moment>();
  /** Claims, by where the registry first spoke of them. */
  readonly #claims = new Map<string, { readonly shard: number; readonly from: number }>();
  #last:
    { readonly positions: readonly number[]; readonly digest: string; readonly protectedNumbers: number } | undefined;

  constructor(private readonly history: ProtectionHistory) {}

  apply(shard: number, position: number, id: string, event: { readonly type: string; readonly data: unknown }): void {
    this.history.apply(shard, position, id, event);
    if (!isAboutProtection(event)) return;
    const { index, source } = event.data;
    if (source.kind === 'claim' && !this.#claims.has(source.ref))
      this.#claims.set(source.ref, { shard, from: position });
    const protection = this.history.isProtected(index);
    const [standing, claim] = [standingOf(protection), claimIn(protection)];
    const before = this.#moments.get(index);
    if (before?.standing !== standing || before?.claim !== claim)
      this.#moments.set(index, { shard, from: position, standing, claim, before });
  }

  /** @param said what only the live service could know: how old its view was, and the verdict on it */
  at(positions: readonly number[], said: Pick<RegistryViewUsed, 'ageMs' | 'state'>): RegistryMoment {
    const { digest, protectedNumbers } = this.#figures(positions);
    return {
      used: { positions, digest, protectedNumbers, ...said },
      standing: (index) => this.#asOf(index, positions)?.standing,
      claim: (index) => this.#asOf(index, positions)?.claim,
      hasHeardOf: (claim) => {
        const heard = this.#claims.get(claim);
        return heard !== undefined && heard.from <= (positions[heard.shard] ?? 0);
      },
    };
  }

  #asOf(index: BlindIndex, positions: readonly number[]): Moment | undefined {
    let moment = this.#moments.get(index);
    while (moment !== undefined && (positions[moment.shard] ?? 0) < moment.from) moment = moment.before;
    return moment;
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

function isAboutProtection(event: {
  readonly type: string;
  readonly data: unknown;
}): event is NumberProtected | CallerProtected | ProtectionEnded {
  return (
    event.type === 'registry.NumberProtected' ||
    event.type === 'registry.CallerProtected' ||
    event.type === 'registry.ProtectionEnded'
  );
}
