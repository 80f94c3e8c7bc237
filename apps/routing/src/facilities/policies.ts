import { Injectable } from '@nestjs/common';
import { PrivityError } from '@privity/kernel';
import { type FacilityPolicy, facilityStream, orderedPolicy } from '@privity/routing';
import { Forbidden, type Principal } from '@privity/service';
import { Directory } from '../read-models/directory.js';
import { DocumentsInForce } from './documents-in-force.js';

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

/** Facilities' policies: versioned, each an event, kept for replay. */
@Injectable()
export class Policies {
  constructor(
    private readonly documents: DocumentsInForce,
    private readonly directory: Directory,
  ) {}

  /** @throws FacilityUnknown */
  async set(facility: string, given: FacilityPolicy, asker: Principal): Promise<PolicyInForce> {
    if (asker.facility !== undefined && asker.facility !== facility) {
      throw new Forbidden('This token is bound to another facility.');
    }
    const policy = orderedPolicy(given);
    const version = await this.documents.put(facilityStream(facility), asker, {
      document: policy,
      inForce: () => {
        const known = this.directory.view.now().facility(facility);
        if (known === undefined) throw new FacilityUnknown();
        return { version: known.policyVersion, document: known.policy };
      },
      event: (next) => ({ type: 'routing.FacilityPolicySet', data: { facility, version: next, policy } }),
    });
    return { facility, version, policy };
  }
}
