import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { InvalidInput } from '@privity/kernel';
import type { ListDifference } from '@privity/registry';
import { CurrentUser, receiveImport, Roles, Spool } from '@privity/service';
import type { Principal } from '@privity/service';
import type { FastifyRequest } from 'fastify';
import { Comparing } from '../imports/comparing.js';
import { type DifferencePage, Differences } from '../imports/differences.js';

/** An event names everybody who is shown, and has 60 KiB. */
const MOST = 200;

/** How lists differ: from what is protected, and from their own earlier files. */
@Controller('api/registry')
export class DifferencesController {
  constructor(
    private readonly comparing: Comparing,
    private readonly differences: Differences,
    private readonly spool: Spool,
  ) {}

  /** multipart: `kind`, then `file`. A dry run: nothing is protected by it, and who asked is an event. */
  @Post('comparisons')
  @HttpCode(200)
  @Roles('registrar', 'approver', 'auditor')
  async compare(@Req() request: FastifyRequest, @CurrentUser() user: Principal): Promise<ListDifference> {
    const file = await receiveImport(request, { kinds: ['do-not-record'], spoolDir: this.spool.folder });
    return this.comparing.compare(file, user.subject);
  }

  /** Whom a list lost by this file, by name and number. Each page is an event. */
  @Get('imports/:importId/difference')
  @Roles('registrar', 'approver', 'auditor')
  difference(
    @Param('importId') importId: string,
    @CurrentUser() user: Principal,
    @Query('after') after?: string,
    @Query('limit') limit = '50',
  ): Promise<DifferencePage> {
    if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST) {
      throw new InvalidInput('limit', `is a number from 1 to ${MOST}`);
    }
    return this.differences.page(importId, after, Number(limit), user.subject);
  }
}
