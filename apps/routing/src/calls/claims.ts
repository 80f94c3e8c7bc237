import { Injectable } from '@nestjs/common';
import { ConcurrencyConflict, EventStore } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import { type CallDecided, claimedStream, claimOf, type ClaimPrivilege, type RoutingEvent } from '@privity/routing';
import { newEvents } from '@privity/service';
import { Directory } from '../read-models/directory.js';
import { RegistryView } from '../read-models/registry-view.js';
import { type BookedCall, CallBook } from './call-book.js';

/** Claims of privilege (T11): what a party says ends this call's recording, and counts for every other call to the number. */
@Injectable()
export class Claims {
  constructor(
    private readonly store: EventStore,
    private readonly book: CallBook,
    private readonly directory: Directory,
    private readonly registry: RegistryView,
  ) {}

  /** Resolves when no replica would have a call to the number recorded any more. @throws CallRefused */
  async claim(call: BookedCall, party: ClaimPrivilege['party'], actor: string): Promise<BookedCall> {
    const claimed = await this.book.change(call, { type: 'ClaimPrivilege', party }, actor);
    const { stream, state } = claimed;
    const dialed = state.decision?.dialed;
    if (!state.claimed || dialed === undefined) return claimed;
    // As often as it is asked, by whomever: whoever asked before may have been cut off between the two. Who it was, the call knows.
    const event: RoutingEvent = { type: 'routing.NumberClaimed', data: { dialed, claim: stream } };
    const meta = { correlationid: stream, idOf: () => derivedId(stream, 'routing.number-claimed', 0) };
    const { events } = await this.store.append(claimedStream(dialed), 'any', newEvents([event], meta));
    await this.directory.reachEverywhere(events);
    return claimed;
  }

  /**
   * Where a decision rests on a claim, takes one of the few calls that the number gets meanwhile. Called before anything else
   * is awaited: it counts from the moment that was decided by. False: somebody was faster, and the call is to be decided again.
   * @param call stream of the call, for which one is taken once however often it is asked about
   */
  async admit({ dialed, outcome, reasons }: CallDecided['data'], call: string): Promise<boolean> {
    if (outcome === 'deny' || dialed === undefined || !reasons.includes('privilege-claimed')) return true;
    const directory = this.directory.view.now();
    const claim = claimOf(dialed, this.registry.moment(), directory);
    // Another number of the call is claimed: those calls are not counted, only not recorded.
    if (claim === undefined) return true;
    const version = directory.claimedVersion(dialed);
    // A call that is asked about again was counted, or was decided before anybody claimed anything.
    if ((await this.store.readStream(call)).length > 0) return true;
    const event: RoutingEvent = { type: 'routing.ClaimedCallAdmitted', data: { dialed, claim } };
    const meta = { correlationid: call, idOf: () => derivedId(call, `routing.claimed-call ${claim}`, 0) };
    const stream = claimedStream(dialed);
    try {
      const { events } = await this.store.append(stream, version, newEvents([event], meta));
      await this.directory.reach(events);
      return true;
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict)) throw error;
      await this.directory.reach(await this.store.readStream(stream));
      return false;
    }
  }
}
