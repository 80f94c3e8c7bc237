import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentUser, JsonBody, Roles } from '@privity/service';
import type { Principal } from '@privity/service';
import { ProtectionEndings } from '../cases/protection-endings.js';
import type { Agreement, EndTaken } from '../cases/protection-endings.js';

type EndRequest = { readonly basis: string } | Agreement;

const end = new JsonBody<EndRequest>({
  type: 'object',
  additionalProperties: false,
  properties: {
    basis: { type: 'string', minLength: 1, maxLength: 2000 },
    case: { type: 'string', format: 'uuid' },
    proposal: { type: 'string', format: 'uuid' },
  },
  minProperties: 1,
  dependencies: { case: ['proposal'], proposal: ['case'] },
  // The basis, or the other two.
  oneOf: [
    { type: 'object', properties: { basis: {} }, required: ['basis'], maxProperties: 1 },
    { type: 'object', properties: { case: {} }, required: ['case'], maxProperties: 2 },
  ],
});

@Controller('api/protections/:protectionId/end')
export class ProtectionEndingsController {
  constructor(private readonly endings: ProtectionEndings) {}

  /**
   * A first person sends `basis` and is given a case; a second one sends that `case` with its
   * `proposal`, and what this protection said is
   * over. The number stays protected while any other source stands (P2).
   */
  @Post()
  @HttpCode(200)
  @Roles('registrar', 'approver')
  end(
    @Param('protectionId') protectionId: string,
    @Body(end) request: EndRequest,
    @CurrentUser() user: Principal,
  ): Promise<EndTaken> {
    return 'case' in request
      ? this.endings.agree(protectionId, request, user.subject)
      : this.endings.propose(protectionId, request.basis, user.subject);
  }
}
