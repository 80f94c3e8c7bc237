import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '@privity/service';
import { REGISTER_PAGE, REGISTER_POLICY } from './register-page.js';

/** The public form for a browser. */
@Controller('register')
export class RegisterPageController {
  @Get()
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', REGISTER_POLICY)
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  @Header('cache-control', 'no-cache')
  page(): string {
    return REGISTER_PAGE;
  }
}
