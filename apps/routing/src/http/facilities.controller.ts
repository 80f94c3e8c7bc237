import { Body, Controller, HttpCode, Param, Post, Put, Query, UseGuards } from '@nestjs/common';
import { instant, InvalidInput } from '@privity/kernel';
import { FACILITY_POLICY_SCHEMA, type FacilityPolicy } from '@privity/routing';
import { CurrentUser, JsonBody, type Principal, Roles } from '@privity/service';
import { DryRun, type DryRunReport } from '../facilities/dry-run.js';
import { Policies, type PolicyInForce } from '../facilities/policies.js';
import { CaughtUp } from '../read-models/caught-up.js';

const RFC_3339 = /^[2-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

@Controller('api/facilities')
export class FacilitiesController {
  constructor(
    private readonly policies: Policies,
    private readonly dryRun: DryRun,
  ) {}

  /** Puts a policy in force from the next call on, or from an instant to come. The same policy again changes nothing. */
  @Put(':id/policy')
  @Roles('operator', 'supervisor')
  @UseGuards(CaughtUp)
  set(
    @Param('id') facility: string,
    @Body(new JsonBody<FacilityPolicy>(FACILITY_POLICY_SCHEMA)) policy: FacilityPolicy,
    @CurrentUser() asker: Principal,
    @Query('from') from?: unknown,
  ): Promise<PolicyInForce> {
    if (from === undefined) return this.policies.set(facility, policy, asker);
    const at = typeof from === 'string' && RFC_3339.test(from) ? new Date(from) : new Date(Number.NaN);
    if (Number.isNaN(at.getTime())) throw new InvalidInput('from', 'a date and time as RFC 3339 writes them');
    return this.policies.set(facility, policy, asker, instant(at));
  }

  /** What this policy would have changed over the facility's calls of the last `days`; it changes nothing. */
  @Post(':id/policy/dry-run')
  @HttpCode(200)
  @Roles('operator', 'supervisor')
  @UseGuards(CaughtUp)
  try(
    @Param('id') facility: string,
    @Body(new JsonBody<FacilityPolicy>(FACILITY_POLICY_SCHEMA)) policy: FacilityPolicy,
    @CurrentUser() asker: Principal,
    @Query('days') days: unknown = '7',
  ): Promise<DryRunReport> {
    const last = typeof days === 'string' && /^\d{1,2}$/.test(days) ? Number(days) : 0;
    if (last < 1 || last > 31) throw new InvalidInput('days', 'a number from 1 to 31');
    return this.dryRun.run(facility, policy, last, asker);
  }
}
