import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentUser, Forbidden, JsonBody, Roles } from '@privity/service';
import type { Principal } from '@privity/service';
import { Attorneys } from '../protections/attorneys.js';
import type { AttorneyRequest, AttorneyTaken } from '../protections/attorneys.js';
import { Delegates, type DelegateTaken } from '../registrations/delegates.js';
import {
  barState,
  type DelegateInput,
  delegateSchema,
  email,
  numberInput,
  words,
} from '../registrations/form-input.js';
import { Verification, type VerificationInput, type Verified } from '../registrations/verification.js';

const attorney = new JsonBody<AttorneyRequest>({
  type: 'object',
  required: ['barState', 'barNumber', 'last', 'first', 'numbers'],
  additionalProperties: false,
  properties: {
    barState,
    barNumber: { type: 'string', pattern: '^[A-Za-z0-9-]{1,32}$' },
    last: words,
    first: words,
    firm: words,
    email,
    // No cap that a practice could reach (T11); a request has to end somewhere.
    numbers: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: { anyOf: [{ type: 'string', minLength: 1, maxLength: 64 }, numberInput] },
    },
  },
});

const delegate = new JsonBody<DelegateInput>(delegateSchema);

const verification = new JsonBody<VerificationInput>({
  type: 'object',
  required: ['registration', 'result', 'via'],
  additionalProperties: false,
  properties: {
    registration: { type: 'string', format: 'uuid' },
    result: { enum: ['confirmed', 'not-confirmed'] },
    via: { enum: ['roll-contact', 'bar-office'] },
  },
});

@Controller('api/attorneys')
export class AttorneysController {
  constructor(
    private readonly attorneys: Attorneys,
    private readonly delegates: Delegates,
    private readonly verifications: Verification,
  ) {}

  /** Lists an attorney and protects every number at once; somebody else verifies. The same again changes nothing. */
  @Post()
  @Roles('registrar')
  register(@Body(attorney) request: AttorneyRequest, @CurrentUser() user: Principal): Promise<AttorneyTaken> {
    return this.attorneys.register(request, user.subject);
  }

  /** Somebody who works for an attorney, on that attorney's word or a registrar's. The same again changes nothing. */
  @Post(':id/delegates')
  @Roles('registrar', 'attorney')
  list(
    @Param('id') id: string,
    @Body(delegate) input: DelegateInput,
    @CurrentUser() user: Principal,
  ): Promise<DelegateTaken> {
    if (!user.roles.includes('registrar') && user.subject !== id) {
      throw new Forbidden('An attorney lists those who work for them, and for nobody else.');
    }
    return this.delegates.list(id, input, user.subject);
  }

  /** A second person says what they heard at the roll's own contact or at the bar's office. */
  @Post(':id/verification')
  @HttpCode(200)
  @Roles('registrar', 'approver')
  verify(
    @Param('id') id: string,
    @Body(verification) input: VerificationInput,
    @CurrentUser() user: Principal,
  ): Promise<Verified> {
    return this.verifications.answer(id, input, user.subject);
  }
}
