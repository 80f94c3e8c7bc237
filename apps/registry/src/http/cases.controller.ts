import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentUser, JsonBody, Roles } from '@privity/service';
import type { Principal } from '@privity/service';
import { CaseOpening } from '../cases/case-opening.js';
import type { CaseRequest, CaseTaken } from '../cases/case-opening.js';
import { Cases } from '../cases/cases.js';
import type { EndProposal, ShownCase } from '../cases/cases.js';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const OUTCOMES = ['ended', 'kept'] as const;

const opening = new JsonBody<CaseRequest>({
  type: 'object',
  additionalProperties: false,
  properties: {
    attorney: text(100),
    number: text(64),
    caller: text(64),
    source: { enum: ['bar-roll', 'do-not-record', 'allowed-list', 'staff', 'registration'] },
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

const settlement = new JsonBody<{ outcome: (typeof OUTCOMES)[number] }>({
  type: 'object',
  required: ['outcome'],
  additionalProperties: false,
  properties: { outcome: { enum: OUTCOMES } },
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
  @HttpCode(204)
  @Roles('registrar')
  propose(
    @Param('caseId') caseId: string,
    @Body(proposal) request: EndProposal,
    @CurrentUser() user: Principal,
  ): Promise<void> {
    return this.cases.propose(caseId, request, user.subject);
  }

  /** `ended`: a second person agrees. `kept`: all stands as it was; one person is enough to protect. */
  @Post(':caseId/settlement')
  @HttpCode(204)
  @Roles('registrar', 'approver')
  settle(
    @Param('caseId') caseId: string,
    @Body(settlement) { outcome }: { outcome: (typeof OUTCOMES)[number] },
    @CurrentUser() user: Principal,
  ): Promise<void> {
    return this.cases.settle(caseId, outcome, user.subject);
  }
}
