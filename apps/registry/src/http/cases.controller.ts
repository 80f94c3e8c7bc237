import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentUser, JsonBody, Roles } from '@privity/service';
import type { Principal } from '@privity/service';
import { CaseOpening } from '../cases/case-opening.js';
import type { CaseRequest, CaseTaken } from '../cases/case-opening.js';
import { Cases } from '../cases/cases.js';
import type { EndProposal, Settlement, ShownCase } from '../cases/cases.js';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });

const opening = new JsonBody<CaseRequest>({
  type: 'object',
  additionalProperties: false,
  properties: {
    attorney: text(100),
    number: text(64),
    caller: text(64),
    source: { enum: ['bar-roll', 'do-not-record', 'allowed-list', 'staff', 'registration', 'claim'] },
  },
});

const proposal = new JsonBody<EndProposal>({
  type: 'object',
  required: ['basis'],
  additionalProperties: false,
  properties: {
    basis: text(2000),
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: {
        type: 'object',
        required: ['line', 'owner'],
        additionalProperties: false,
        properties: { line: { type: 'integer', minimum: 1 }, owner: { enum: ['attorney', 'office'] } },
      },
    },
  },
});

const settlement = new JsonBody<Settlement>({
  type: 'object',
  required: ['outcome'],
  additionalProperties: false,
  properties: { outcome: { enum: ['ended', 'kept'] }, proposal: { type: 'string', format: 'uuid' } },
  if: { type: 'object', properties: { outcome: { const: 'ended' } } },
  then: { type: 'object', properties: { proposal: {} }, required: ['proposal'] },
});

@Controller('api/registry/cases')
export class CasesController {
  constructor(
    private readonly cases: Cases,
    private readonly opening: CaseOpening,
  ) {}

  /** Asks whether a protection still holds. Where a case about the same is open, it is that one. */
  @Post()
  @Roles('registrar')
  open(@Body(opening) request: CaseRequest, @CurrentUser() user: Principal): Promise<CaseTaken> {
    return this.opening.open(request, user.subject);
  }

  @Get(':caseId')
  @Roles('registrar', 'approver')
  show(@Param('caseId') caseId: string, @CurrentUser() user: Principal): Promise<ShownCase> {
    return this.cases.show(caseId, user.subject);
  }

  /** A first person asks to end what the case is about. Nothing ends by that. */
  @Post(':caseId/proposal')
  @HttpCode(200)
  @Roles('registrar')
  async propose(
    @Param('caseId') caseId: string,
    @Body(proposal) request: EndProposal,
    @CurrentUser() user: Principal,
  ): Promise<{ proposal: string }> {
    return { proposal: await this.cases.propose(caseId, request, user.subject) };
  }

  /** `ended` with the `proposal` that was read: a second person agrees to it. `kept`: all stands as it was; one person is enough to protect. */
  @Post(':caseId/settlement')
  @HttpCode(204)
  @Roles('registrar', 'approver')
  settle(
    @Param('caseId') caseId: string,
    @Body(settlement) request: Settlement,
    @CurrentUser() user: Principal,
  ): Promise<void> {
    return this.cases.settle(caseId, request, user.subject);
  }
}
