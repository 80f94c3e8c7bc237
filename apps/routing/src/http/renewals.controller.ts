import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { CurrentUser, JsonBody, type Principal, Roles } from '@privity/service';
import { Permits } from '../calls/permits.js';
import { CaughtUp } from '../read-models/caught-up.js';
import { RENEWAL_SCHEMA } from './call-schemas.js';

interface Renewal {
  readonly permit: string;
}

/** For the recorder only; the gateway does not route here. */
@Controller('internal/permits')
export class RenewalsController {
  constructor(private readonly permits: Permits) {}

  /** 200 with a new permit, or 403: recording stops. */
  @Post('renewals')
  @HttpCode(200)
  @Roles('service')
  @UseGuards(CaughtUp)
  async renew(
    @Body(new JsonBody<Renewal>(RENEWAL_SCHEMA)) { permit }: Renewal,
    @CurrentUser() asker: Principal,
  ): Promise<Renewal> {
    return { permit: await this.permits.renew(permit, asker.subject) };
  }
}
