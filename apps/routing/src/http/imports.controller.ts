import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Req, UseGuards } from '@nestjs/common';
import { CurrentUser, type Principal, receiveImport, Roles, Spool } from '@privity/service';
import type { FastifyRequest } from 'fastify';
import { ImportRecords, type ImportReport } from '../imports/import-records.js';
import { DIRECTORY_KINDS, ImportRunner } from '../imports/import-runner.js';
import { CaughtUp } from '../read-models/caught-up.js';

@Controller('api/routing/imports')
export class ImportsController {
  constructor(
    private readonly runner: ImportRunner,
    private readonly records: ImportRecords,
    private readonly spool: Spool,
  ) {}

  /** multipart: `kind`, then `file`. Answers as soon as the file is here; reading it goes on. */
  @Post()
  @HttpCode(202)
  @Roles('registrar', 'operator')
  @UseGuards(CaughtUp)
  async start(@Req() request: FastifyRequest, @CurrentUser() asker: Principal): Promise<{ readonly importId: string }> {
    const file = await receiveImport(request, { kinds: DIRECTORY_KINDS, spoolDir: this.spool.folder });
    return { importId: await this.runner.accept(file, asker.subject) };
  }

  @Get(':importId')
  @Roles('registrar', 'operator', 'auditor')
  read(@Param('importId', ParseUUIDPipe) importId: string): Promise<ImportReport> {
    return this.records.read(importId);
  }
}
