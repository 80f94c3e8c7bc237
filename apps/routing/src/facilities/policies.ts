import { Injectable } from '@nestjs/common';
import { type Instant, instant, InvalidInput, PrivityError } from '@privity/kernel';
import {
  type Facility,
  type FacilityPolicy,
  type FacilityPolicyScheduled,
  type FacilityPolicySet,
  facilityStream,
  orderedPolicy,
  type ScheduledPolicy,
  STRICTEST_POLICY,
} from '@privity/routing';
import { Forbidden, type Principal } from '@privity/service';
import { Directory } from '../read-models/directory.js';
import { DocumentsInForce } from './documents-in-force.js';

export interface PolicyInForce {
  readonly facility: string;
  readonly version: number;
  readonly policy: FacilityPolicy;
  /** What comes into force later, in that order. Absent: nothing. */
  readonly scheduled?: readonly ScheduledPolicy[];
}

export class FacilityUnknown extends PrivityError {
  constructor() {
    super('facility-unknown', 404, 'No facility of that name was imported.');
  }
}

/** Facilities' policies: versioned, each an event, kept for replay. */
@Injectable()
export class Policies {
  constructor(
    private readonly documents: DocumentsInForce,
    private readonly directory: Directory,
  ) {}

  /** In force when this resolves; with `from` at that instant. @throws FacilityUnknown, InvalidInput naming `from` */
  async set(facility: string, given: FacilityPolicy, asker: Principal, from?: Instant): Promise<PolicyInForce> {
    if (asker.facility !== undefined && asker.facility !== facility) {
      throw new Forbidden('This token is bound to another facility.');
    }
    const policy = orderedPolicy(given);
    if (from !== undefined && from <= instant()) throw new InvalidInput('from', 'is not in the future');
    return this.change(facility, asker.subject, (known) => {
      if (from !== undefined) {
        return { type: 'routing.FacilityPolicyScheduled', data: { facility, policy, from } };
      }
      if (JSON.stringify(known.policy) === JSON.stringify(policy)) return undefined;
      return { type: 'routing.FacilityPolicySet', data: { facility, version: known.policyVersion + 1, policy } };
    });
  }

  /** Puts in force what was scheduled and is due by this server's clock. */
  async setDue(): Promise<void> {
    const now = instant();
    const isDue = ({ scheduled: [first] }: Facility) => first !== undefined && first.from <= now;
    const moment = this.directory.view.now();
    for (const facility of this.directory.view.facilities()) {
      const known = moment.facility(facility);
      if (known === undefined || !isDue(known)) continue;
      // Of two that are due the later one is in force at once: what was never in force need not be decided under.
      await this.change(facility, undefined, ({ scheduled, policyVersion }) => {
        const due = scheduled.findLast(({ from }) => from <= now);
        return due && { type: 'routing.FacilityPolicySet', data: { facility, version: policyVersion + 1, ...due } };
      });
    }
  }

  /** Decides on the facility as it stands in the store; again where somebody was faster. */
  private async change(
    facility: string,
    actor: string | undefined,
    decide: (known: Facility) => FacilityPolicySet | FacilityPolicyScheduled | undefined,
  ): Promise<PolicyInForce> {
    const known = (): Facility => {
      const facilityNow = this.directory.view.now().facility(facility);
      if (facilityNow === undefined) throw new FacilityUnknown();
      return facilityNow;
    };
    await this.documents.change(facilityStream(facility), actor, () => decide(known()));
    return inForce(facility, known());
  }
}

function inForce(facility: string, { policy, policyVersion, scheduled }: Facility): PolicyInForce {
  return {
    ...{ facility, version: policyVersion, policy: policy ?? STRICTEST_POLICY },
    ...(scheduled.length === 0 ? {} : { scheduled }),
  };
}
