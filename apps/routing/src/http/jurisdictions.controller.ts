import { Body, Controller, Get, Put, UseGuards } from '@nestjs/common';
import { JURISDICTION_RULES_SCHEMA, type JurisdictionRule } from '@privity/routing';
import { CurrentUser, Forbidden, JsonBody, type Principal, Roles } from '@privity/service';
import { Jurisdictions, type RulesInForce } from '../facilities/jurisdictions.js';
import { CaughtUp } from '../read-models/caught-up.js';

interface GivenRules {
  readonly rules: readonly JurisdictionRule[];
}

@Controller('api/jurisdictions/rules')
@UseGuards(CaughtUp)
export class JurisdictionsController {
  constructor(private readonly jurisdictions: Jurisdictions) {}

  @Get()
  @Roles('operator', 'supervisor', 'auditor', 'privacy-officer')
  read(): RulesInForce {
    return this.jurisdictions.inForce();
  }

  /** Puts rules in force from the next call on, in the place of all there were. The same rules again change nothing. */
  @Put()
  @Roles('operator')
  set(
    @Body(new JsonBody<GivenRules>(JURISDICTION_RULES_SCHEMA)) { rules }: GivenRules,
    @CurrentUser() asker: Principal,
  ): Promise<RulesInForce> {
    // They hold for every facility.
    if (asker.facility !== undefined) throw new Forbidden('This token is bound to one facility.');
    return this.jurisdictions.set(rules, asker);
  }
}
