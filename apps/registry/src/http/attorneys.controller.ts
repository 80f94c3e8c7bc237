import { Body, Controller, Post } from '@nestjs/common';
import { CurrentUser, JsonBody, Roles } from '@privity/service';
import type { Principal } from '@privity/service';
import { Attorneys } from '../protections/attorneys.js';
import type { AttorneyRequest, AttorneyTaken } from '../protections/attorneys.js';

const text = { type: 'string', minLength: 1, maxLength: 200 };

const attorney = new JsonBody<AttorneyRequest>({
  type: 'object',
  required: ['barState', 'barNumber', 'last', 'first', 'numbers'],
  additionalProperties: false,
  properties: {
    barState: { type: 'string', pattern: '^[A-Za-z]{2}$' },
    barNumber: { type: 'string', pattern: '^[A-Za-z0-9-]{1,32}$' },
    last: text,
    first: text,
    firm: text,
    // No cap that a practice could reach (T11); a request has to end somewhere.
    numbers: { type: 'array', minItems: 1, maxItems: 1000, items: { type: 'string', minLength: 1, maxLength: 64 } },
  },
});

@Controller('api/attorneys')
export class AttorneysController {
  constructor(private readonly attorneys: Attorneys) {}

  /** Lists an attorney and protects every number at once. The same again changes nothing. */
  @Post()
  @Roles('registrar')
  register(@Body(attorney) request: AttorneyRequest, @CurrentUser() user: Principal): Promise<AttorneyTaken> {
    return this.attorneys.register(request, user.subject);
  }
}
