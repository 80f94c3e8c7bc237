import { Injectable } from '@nestjs/common';
import { ConcurrencyConflict, EventStore } from '@privity/event-store';
import { PrivityError } from '@privity/kernel';
import { type FacilityPolicy, type FacilityPolicySet, facilityStream, orderedPolicy } from '@privity/routing';
import { Forbidden, newEvents, type Principal } from '@privity/service';
import { Directory } from '../read-models/directory.js';

export interface PolicyInForce {
  readonly facility: string;
  readonly version: number;
  readonly policy: FacilityPolicy;
}

export class FacilityUnknown extends PrivityError {
  constructor() {
    super('facility-unknown', 404, 'No facility of that name was imported.');
  }
}

const ATTEMPTS = 10;

/** Facilities' policies: versioned, each an event, kept for replay. */
@Injectable()
export class Policies {
  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
  ) {}

  /** @throws FacilityUnknown */
  async set(facility: string, given: FacilityPolicy, asker: Principal): Promise<PolicyInForce> {
    if (asker.facility !== undefined && asker.facility !== facility) {
      throw new Forbidden('This token is bound to another facility.');
    }
    const policy = orderedPolicy(given);
    const stream = facilityStream(facility);
    for (let attempt = 1; ; attempt += 1) {
      const history = await this.store.readStream(stream);
      await this.directory.reach(history);
      const known = this.directory.view.now().facility(facility);
      if (known === undefined) throw new FacilityUnknown();
      if (JSON.stringify(known.policy) === JSON.stringify(policy)) {
        // Whoever set it before may still be waiting for a sibling, or have been cut off while waiting.
        await this.directory.reachEverywhere(history);
        return { facility, version: known.policyVersion, policy };
      }
      const version = known.policyVersion + 1;
      const set: FacilityPolicySet = { type: 'routing.FacilityPolicySet', data: { facility, version, policy } };
      try {
        const appended = await this.store.append(stream, history.length, newEvents([set], { actor: asker.subject }));
        await this.directory.reachEverywhere(appended.events);
        return { facility, version, policy };
      } catch (error) {
        if (!(error instanceof ConcurrencyConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}
