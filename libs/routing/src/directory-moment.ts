import { type BlindIndex, type Instant, localDay } from '@privity/kernel';
import { type Block, isOf, stops } from './blocked-numbers.js';
import type { CallRequest } from './commands.js';
import type { DirectoryView, Facility, Listing } from './directory-view.js';
import type { DirectoryViewUsed } from './events.js';
import type { Rules } from './jurisdictions.js';
import { facilityOn, type Person } from './whereabouts.js';

/** The directory at one vector of positions. */
export class DirectoryMoment {
  constructor(
    private readonly view: DirectoryView,
    readonly used: DirectoryViewUsed,
  ) {}

  facility(id: string): Facility | undefined {
    return this.view.facilityAt(id, this.used.positions);
  }

  /** Of the states, on consent to recording. */
  rules(): Rules {
    return this.view.rulesAt(this.used.positions);
  }

  caller(index: BlindIndex): Person | undefined {
    return this.view.personAt(index, this.used.positions);
  }

  /** How a caller's list names a number: once per relation. */
  listings(caller: BlindIndex, index: BlindIndex): readonly Listing[] {
    return this.view.listingsAt(caller, index, this.used.positions);
  }

  /** Whether the caller's list has the number, approved under any relation. */
  isAllowed(caller: BlindIndex, index: BlindIndex): boolean {
    return this.listings(caller, index).some(({ status }) => status === 'approved');
  }

  /** Whether anybody's list names the number as ATTORNEY or LEGAL, approved or not. */
  isLegal(index: BlindIndex): boolean {
    return this.view.isLegalAt(index, this.used.positions);
  }

  /** By their calls, the oldest first, whatever became of them. */
  claims(dialed: BlindIndex): readonly string[] {
    return this.view.claimed.claimsAt(dialed, this.used.positions);
  }

  /** Of the stream `claimed-<index>`: how many events it has. */
  claimedVersion(dialed: BlindIndex): number {
    return this.view.claimed.versionAt(dialed, this.used.positions);
  }

  /** How many calls the number got while this claim was the first that stood. */
  claimedCalls(dialed: BlindIndex, claim: string): number {
    return this.view.claimed.callsAt(dialed, claim, this.used.positions);
  }

  /** All that stand, by id. */
  blocks(): readonly Block[] {
    return this.view.blocked.all(this.used.positions);
  }

  /** A block that stops the call, under any of the number's and the caller's indexes. */
  findBlock(numbers: readonly BlindIndex[], callers: readonly BlindIndex[], facility: string): Block | undefined {
    const blocks = numbers.flatMap((index) => this.view.blocked.of(index, this.used.positions));
    return blocks.find((block) => stops(block, callers, facility));
  }

  /** The block that stops the call as it stands: under its own indexes, else the one that it names. */
  blockOf({ dialed, caller, facility, block }: CallRequest): string | undefined {
    if (dialed === undefined) return undefined;
    const own = this.findBlock([dialed], caller === undefined ? [] : [caller], facility);
    if (own !== undefined || block === undefined) return own?.block;
    const named = this.view.blocked.find(block, this.used.positions);
    return named !== undefined && isOf(named, { dialed, caller, facility }) ? block : undefined;
  }

  /** The facility that has the person at that moment by the calling facility's calendar; undefined: none. */
  whereabouts(person: Person, at: Instant, facility: { readonly timezone: string } | undefined): string | undefined {
    // A calendar costs more than all the rest of a decision; most people have no movement record.
    const day = person.moves.length === 0 ? '' : localDay(at, facility?.timezone ?? 'UTC');
    return facilityOn(person, day);
  }
}
