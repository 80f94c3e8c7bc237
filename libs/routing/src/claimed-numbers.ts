import type { BlindIndex } from '@privity/kernel';
import type { ClaimedCallAdmitted, NumberClaimed } from './events.js';
import type { Positions } from './versioned.js';

interface Said {
  readonly position: number;
  readonly claim: string;
}

interface Claimed {
  readonly shard: number;
  readonly claims: Said[];
  readonly calls: Said[];
}

/** What was claimed of numbers, and the calls they got since, as of any positions that were reached. */
export class ClaimedNumbers {
  readonly #numbers = new Map<BlindIndex, Claimed>();

  apply(shard: number, position: number, { type, data: { dialed, claim } }: NumberClaimed | ClaimedCallAdmitted): void {
    const known = this.#numbers.get(dialed) ?? { shard, claims: [], calls: [] };
    this.#numbers.set(dialed, known);
    (type === 'routing.NumberClaimed' ? known.claims : known.calls).push({ position, claim });
  }

  claimsAt(dialed: BlindIndex, positions: Positions): readonly string[] {
    const known = this.#numbers.get(dialed);
    return known === undefined ? [] : asOf(known.claims, positions[known.shard]).map(({ claim }) => claim);
  }

  versionAt(dialed: BlindIndex, positions: Positions): number {
    const known = this.#numbers.get(dialed);
    return known === undefined ? 0 : asOf([...known.claims, ...known.calls], positions[known.shard]).length;
  }

  callsAt(dialed: BlindIndex, claim: string, positions: Positions): number {
    const known = this.#numbers.get(dialed);
    if (known === undefined) return 0;
    return asOf(known.calls, positions[known.shard]).filter((call) => call.claim === claim).length;
  }
}

function asOf(said: readonly Said[], position = 0): readonly Said[] {
  return said.filter((one) => one.position <= position);
}
