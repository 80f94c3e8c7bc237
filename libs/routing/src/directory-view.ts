import { createHash } from 'node:crypto';
import { type BlindIndex, lengthPrefixed, SHARDS } from '@privity/kernel';
import type {
  AllowedNumber,
  DirectoryEvent,
  FacilityListed,
  FacilityPolicy,
  FacilityPolicyScheduled,
  RoutingEvent,
} from './events.js';
import { BlockedNumbers } from './blocked-numbers.js';
import { ClaimedNumbers } from './claimed-numbers.js';
import { DirectoryMoment } from './directory-moment.js';
import { asOf, lastNotAbove, movedTo, NO_POSITIONS, type Positions, samePositions, type Version } from './versioned.js';
import { NO_RULES, Rules } from './jurisdictions.js';
import { listed, moved, type Person } from './whereabouts.js';

export interface Facility extends Omit<FacilityListed['data'], 'facility'> {
  readonly policy?: FacilityPolicy;
  /** 0: none. */
  readonly policyVersion: number;
  /** Ascending by `from`. */
  readonly scheduled: readonly ScheduledPolicy[];
}

export type ScheduledPolicy = Omit<FacilityPolicyScheduled['data'], 'facility'>;

export type Listing = Omit<AllowedNumber, 'index'>;

/** A change came out of its shard's order: applying it would make a view that no positions describe. */
export class PositionMismatch extends Error {
  constructor(shard: number, expected: number, got: number) {
    super(`directory shard ${shard} is at ${expected}, got position ${got}`);
    this.name = 'PositionMismatch';
  }
}

const DIRECTORY_TYPES: ReadonlySet<string> = new Set<DirectoryEvent['type']>([
  'routing.FacilityListed',
  'routing.FacilityPolicySet',
  'routing.JurisdictionRulesSet',
  'routing.FacilityPolicyScheduled',
  'routing.CallerListed',
  'routing.CallerMoved',
  'routing.NumbersAllowed',
  'routing.DirectoryImported',
  'routing.NumberClaimed',
  'routing.ClaimedCallAdmitted',
  'routing.NumberBlocked',
  'routing.BlockEnded',
]);

/** Calls live in the same shards; they do not move the directory's positions. */
export function isDirectoryEvent(event: { readonly type: string }): event is DirectoryEvent {
  return DIRECTORY_TYPES.has(event.type);
}

/**
 * Facilities, policies, states' rules, callers and their allowed numbers in memory. Every entry keeps its earlier values, so that
 * `at(positions)` answers exactly as the live view answered when it stood there: one code decides and replays (P7).
 * A shard's position is that of its last directory event.
 */
export class DirectoryView {
  readonly claimed = new ClaimedNumbers();
  readonly blocked = new BlockedNumbers();
  #positions = NO_POSITIONS;
  #moment: DirectoryMoment | undefined;
  readonly #applied = Array.from({ length: SHARDS }, () => ({ positions: [] as number[], ids: [] as string[] }));
  readonly #facilities = new Map<string, { shard: number; newest: Version<Facility> }>();
  readonly #people = new Map<BlindIndex, { shard: number; newest: Version<Person> }>();
  readonly #lists = new Map<BlindIndex, { shard: number; numbers: Map<BlindIndex, Version<readonly Listing[]>> }>();
  #rules: { shard: number; newest: Version<Rules> } | undefined;
  /** Where a number was first listed with a legal relation, per shard: it never ends by itself (P2). */
  readonly #legal = new Map<BlindIndex, { shard: number; position: number }[]>();
  /** Millions of entries have few different values: each is kept once. */
  readonly #listings = new Map<string, readonly Listing[]>();

  /** Directory events of a shard in order; anything else is ignored. */
  apply(shard: number, position: number, id: string, event: RoutingEvent): void {
    if (!isDirectoryEvent(event)) return;
    const applied = this.#applied[shard];
    const last = this.#positions[shard];
    if (applied === undefined || last === undefined || position <= last) {
      throw new PositionMismatch(shard, last ?? -1, position);
    }
    this.#change(shard, position, event);
    applied.positions.push(position);
    applied.ids.push(id);
    this.#positions = movedTo(this.#positions, shard, position);
  }

  /** Ids of all facilities that were ever listed. */
  facilities(): Iterable<string> {
    return this.#facilities.keys();
  }

  /** The view as it stands. */
  now(): DirectoryMoment {
    return this.at(this.#positions);
  }

  /** The view as it stood at these positions, which it must have reached. */
  at(positions: Positions): DirectoryMoment {
    // Calls in a row use the same moment: the digest is made once.
    const last = this.#moment;
    if (last !== undefined && samePositions(last.used.positions, positions)) return last;
    this.#moment = new DirectoryMoment(this, { positions, digest: this.#digestAt(positions) });
    return this.#moment;
  }

  facilityAt(id: string, positions: Positions): Facility | undefined {
    const entry = this.#facilities.get(id);
    return entry && asOf(entry.newest, positions[entry.shard] ?? 0);
  }

  personAt(caller: BlindIndex, positions: Positions): Person | undefined {
    const entry = this.#people.get(caller);
    return entry && asOf(entry.newest, positions[entry.shard] ?? 0);
  }

  listingsAt(caller: BlindIndex, index: BlindIndex, positions: Positions): readonly Listing[] {
    const list = this.#lists.get(caller);
    return (list && asOf(list.numbers.get(index), positions[list.shard] ?? 0)) ?? [];
  }

  rulesAt(positions: Positions): Rules {
    return (this.#rules && asOf(this.#rules.newest, positions[this.#rules.shard] ?? 0)) ?? NO_RULES;
  }

  isLegalAt(index: BlindIndex, positions: Positions): boolean {
    return this.#legal.get(index)?.some(({ shard, position }) => position <= (positions[shard] ?? 0)) ?? false;
  }

  #digestAt(positions: Positions): string {
    const ids = this.#applied.map((applied, shard) => {
      return applied.ids[lastNotAbove(applied.positions, positions[shard] ?? 0)] ?? '';
    });
    return createHash('sha256')
      .update(lengthPrefixed(...ids))
      .digest('hex');
  }

  #change(shard: number, position: number, event: DirectoryEvent): void {
    switch (event.type) {
      case 'routing.FacilityListed': {
        const { facility: id, ...rest } = event.data;
        const known = this.#facilities.get(id)?.newest;
        const policy = known?.value.policy;
        const { policyVersion = 0, scheduled = [] } = known?.value ?? {};
        const value = { ...rest, ...(policy ? { policy } : {}), policyVersion, scheduled };
        this.#facilities.set(id, { shard, newest: { position, value, earlier: known } });
        return;
      }
      case 'routing.FacilityPolicySet': {
        const { facility: id, policy, version, from = '' } = event.data;
        const known = this.#facilities.get(id)?.newest;
        if (known === undefined) return;
        const scheduled = known.value.scheduled.filter((later) => later.from > from);
        const value = { ...known.value, policy, policyVersion: version, scheduled };
        this.#facilities.set(id, { shard, newest: { position, value, earlier: known } });
        return;
      }
      case 'routing.JurisdictionRulesSet':
        this.#rules = { shard, newest: { position, value: new Rules(event.data), earlier: this.#rules?.newest } };
        return;
      case 'routing.FacilityPolicyScheduled': {
        const { facility: id, ...later } = event.data;
        const known = this.#facilities.get(id)?.newest;
        if (known === undefined) return;
        const others = known.value.scheduled.filter(({ from }) => from !== later.from);
        const scheduled = [...others, later].sort((one, other) => (one.from < other.from ? -1 : 1));
        this.#facilities.set(id, { shard, newest: { position, value: { ...known.value, scheduled }, earlier: known } });
        return;
      }
      case 'routing.CallerListed':
      case 'routing.CallerMoved': {
        const known = this.#people.get(event.data.caller)?.newest;
        // A movement of somebody whom no roster names says nothing about presence.
        if (event.type === 'routing.CallerMoved' && known === undefined) return;
        const value =
          event.type === 'routing.CallerListed'
            ? listed(known?.value, event.data)
            : moved((known as Version<Person>).value, event.data);
        this.#people.set(event.data.caller, { shard, newest: { position, value, earlier: known } });
        return;
      }
      case 'routing.NumbersAllowed':
        for (const entry of event.data.numbers) this.#allow(shard, position, event.data.caller, entry);
        return;
      case 'routing.NumberClaimed':
      case 'routing.ClaimedCallAdmitted':
        return this.claimed.apply(shard, position, event);
      case 'routing.NumberBlocked':
      case 'routing.BlockEnded':
        return this.blocked.apply(shard, position, event);
      case 'routing.DirectoryImported':
        return;
    }
  }

  #allow(shard: number, position: number, caller: BlindIndex, { index, relation, status }: AllowedNumber): void {
    let list = this.#lists.get(caller);
    if (list === undefined) this.#lists.set(caller, (list = { shard, numbers: new Map() }));
    const known = list.numbers.get(index);
    const value = this.#shared(known?.value, { relation, status });
    // Two entries of one event about one number have one position: the last stands, with what the first added.
    const earlier = known?.position === position ? known.earlier : known;
    list.numbers.set(index, { position, value, earlier });
    if (!isLegalRelation(relation)) return;
    const firsts = this.#legal.get(index);
    if (firsts === undefined) this.#legal.set(index, [{ shard, position }]);
    else if (!firsts.some((first) => first.shard === shard)) firsts.push({ shard, position });
  }

  /** What was listed before, with the entry that a list now has under its relation. */
  #shared(before: readonly Listing[] | undefined, { relation, status }: Listing): readonly Listing[] {
    const others = before?.filter((listing) => listing.relation !== relation) ?? [];
    const key =
      others.reduce((text, other) => `${text}${other.relation}\n${other.status}\n`, '') + `${relation}\n${status}`;
    const known = this.#listings.get(key);
    if (known !== undefined) return known;
    const listings = [...others, { relation, status }];
    this.#listings.set(key, listings);
    return listings;
  }
}

/** Relations that protect a number for everyone, whoever lists it and whatever the status of the entry. */
export function isLegalRelation(relation: string): boolean {
  return relation === 'ATTORNEY' || relation === 'LEGAL';
}
