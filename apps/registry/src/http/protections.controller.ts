import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { InvalidInput } from '@privity/kernel';
import { CurrentUser, JsonBody, OptionalUser, Roles, TokenOptional, Unauthenticated } from '@privity/service';
import type { Principal } from '@privity/service';
import { type ProtectionCheck, ProtectionChecks } from '../protections/protection-checks.js';
import { readNumber } from '../protections/read-number.js';
import { StaffProtections } from '../protections/staff-protections.js';
import type { ProtectionRequest, ProtectionTaken } from '../protections/staff-protections.js';
import { CallBackCodes } from '../self-check/call-back-codes.js';

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

interface CheckRequest {
  readonly number: string;
  /** Called out to the number; for whoever has no token. */
  readonly code?: string;
}

const check = new JsonBody<CheckRequest>({
  type: 'object',
  required: ['number'],
  additionalProperties: false,
  properties: { number: text(64), code: text(16) },
});

@Controller('api/protections')
export class ProtectionsController {
  constructor(
    private readonly protections: StaffProtections,
    private readonly checks: ProtectionChecks,
    private readonly codes: CallBackCodes,
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

  /** Whether and since when; nothing else. For staff by their token, for anybody else by a code called out to the number. */
  @Post('check')
  @HttpCode(200)
  @TokenOptional()
  @Roles('registrar', 'approver')
  async check(@Body(check) request: CheckRequest, @OptionalUser() user?: Principal): Promise<ProtectionCheck> {
    const { code } = request;
    const number = () => readNumber(request.number, 'number');
    if (user !== undefined) {
      if (code !== undefined) throw new InvalidInput('code', 'is for whoever asks without a token');
      return this.checks.check(number(), { actor: user.subject });
    }
    if (code === undefined)
      throw new Unauthenticated('A bearer token, or a code called out to the number, is required.');
    await this.codes.prove(number(), code);
    return this.checks.check(number(), { proven: true });
  }
}
