import { Controller, Post } from '@nestjs/common';
import { CurrentUser, Roles, type Principal } from '@privity/service';
import { MediaCheck, type CheckResult } from '../vault/media-check.js';

@Controller('api/recordings/checks')
export class ChecksController {
  constructor(private readonly media: MediaCheck) {}

  /** Decrypts all there is inside the vault and answers with counts; takes about as long as reading the media does. */
  @Post()
  @Roles('operator', 'auditor')
  check(@CurrentUser() who: Principal): Promise<CheckResult> {
    return this.media.run(who.subject);
  }
}
