import { Body, Controller, Get, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentUser, Forbidden, JsonBody, OptionalUser, Public, Roles, TokenOptional } from '@privity/service';
import type { Principal } from '@privity/service';
import { type RegistrationInput, registrationSchema } from '../registrations/form-input.js';
import { FormView, type ViewedForm } from '../registrations/form-view.js';
import { Registrations } from '../registrations/registrations.js';
import type { Receipt, ReceiptStatus } from '../registrations/registrations.js';

const form = new JsonBody<RegistrationInput>(registrationSchema);

@Controller('api/registrations')
export class RegistrationsController {
  constructor(
    private readonly registrations: Registrations,
    private readonly view: FormView,
  ) {}

  /** A receipt and a due date, for known and unknown people alike. With an `Idempotency-Key` a repeated form is the same one. */
  @Post()
  @HttpCode(202)
  @TokenOptional()
  @Roles()
  async register(
    @Body(form) input: RegistrationInput,
    @OptionalUser() user?: Principal,
    @Headers('idempotency-key') key?: string,
  ): Promise<Receipt> {
    // Whoever has a name here enters under it: else one person could send a form and verify it.
    if (user !== undefined) throw new Forbidden('This form is for whoever has no token. Registrars enter attorneys.');
    return this.registrations.register(input, key);
  }

  /** How far it is, for whoever has the receipt; not what came of it. */
  @Get(':receipt')
  @Public()
  status(@Param('receipt') receipt: string): Promise<ReceiptStatus> {
    return this.registrations.status(receipt);
  }

  /** What was written, and where to ask whether it is so. The look is an event. */
  @Get(':registration/form')
  @Roles('registrar', 'approver')
  form(@Param('registration') registration: string, @CurrentUser() user: Principal): Promise<ViewedForm> {
    return this.view.look(registration, user.subject);
  }
}
