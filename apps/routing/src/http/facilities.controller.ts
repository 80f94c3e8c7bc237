import { Body, Controller, Param, Put, UseGuards } from '@nestjs/common';
import { FACILITY_POLICY_SCHEMA, type FacilityPolicy } from '@privity/routing';
import { CurrentUser, JsonBody, type Principal, Roles } from '@privity/service';
import { Policies, type PolicyInForce } from '../facilities/policies.js';
import { CaughtUp } from '../read-models/caught-up.js';

@Controller('api/facilities')
export class FacilitiesController {
  constructor(private readonly policies: Policies) {}

  /** Puts a policy in force from the next call on. The same policy again changes nothing. */
  @Put(':id/policy')
  @Roles('operator', 'supervisor')
  @UseGuards(CaughtUp)
  set(
    @Param('id') facility: string,
    @Body(new JsonBody<FacilityPolicy>(FACILITY_POLICY_SCHEMA)) policy: FacilityPolicy,
    @CurrentUser() asker: Principal,
  ): Promise<PolicyInForce> {
    return this.policies.set(facility, policy, asker);
  }
}
