import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentUser, JsonBody, Roles } from '@privity/service';
import type { Principal } from '@privity/service';
import { ProtectionEndings } from '../cases/protection-endings.js';
import type { EndTaken } from '../cases/protection-endings.js';
import { StaffProtections } from '../protections/staff-protections.js';
import type { ProtectionCheck, ProtectionRequest, ProtectionTaken } from '../protections/staff-protections.js';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });

const protection = new JsonBody<ProtectionRequest>({
  type: 'object',
  required: ['reason', 'basis'],
  additionalProperties: false,
  properties: {
    number: text(64),
    caller: text(64),
    reason: text(200),
    basis: text(2000),
    effectiveFrom: { type: 'string', format: 'date-time' },
  },
});

const end = new JsonBody<{ basis: string } | { case: string }>({
  type: 'object',
  additionalProperties: false,
  properties: { basis: text(2000), case: { type: 'string', format: 'uuid' } },
  minProperties: 1,
  maxProperties: 1,
});

const check = new JsonBody<{ number: string }>({
  type: 'object',
  required: ['number'],
  additionalProperties: false,
  properties: { number: text(64) },
});

@Controller('api/protections')
export class ProtectionsController {
  constructor(
    private readonly protections: StaffProtections,
    private readonly endings: ProtectionEndings,
  ) {}

  /** Protects a number, or a person in custody, at once. With an `Idempotency-Key` a repeated request is the same protection. */
  @Post()
  @Roles('registrar')
  protect(
    @Body(protection) request: ProtectionRequest,
    @CurrentUser() user: Principal,
    @Headers('idempotency-key') key?: string,
  ): Promise<ProtectionTaken> {
    return this.protections.protect(request, user.subject, key);
  }

  /**
   * A first person sends `basis` and is given a case; a second one sends that `case`, and what this protection said is
   * over. The number stays protected while any other source stands (P2).
   */
  @Post(':protectionId/end')
  @HttpCode(200)
  @Roles('registrar', 'approver')
  end(
    @Param('protectionId') protectionId: string,
    @Body(end) request: { basis: string } | { case: string },
    @CurrentUser() user: Principal,
  ): Promise<EndTaken> {
    return 'case' in request
      ? this.endings.agree(protectionId, request.case, user.subject)
      : this.endings.propose(protectionId, request.basis, user.subject);
  }

  /** Whether and since when; nothing else. That somebody asked is an event before the answer leaves (P4). */
  @Post('check')
  @HttpCode(200)
  @Roles('registrar', 'approver')
  check(@Body(check) request: { number: string }, @CurrentUser() user: Principal): Promise<ProtectionCheck> {
    return this.protections.check(request.number, user.subject);
  }
}
