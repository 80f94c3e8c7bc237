import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { isUuid, PrivityError } from '@privity/kernel';
import { CurrentUser, receiveImport, Roles, Spool } from '@privity/service';
import type { Principal } from '@privity/service';
import type { FastifyRequest } from 'fastify';
import { Imports } from '../imports/imports.js';
import type { ImportReport } from '../read-models/import-report.entity.js';

class ImportNotFound extends PrivityError {
  constructor() {
    super('import-not-found', 404, 'There is no import with this id.');
  }
}

@Controller('api/registry/imports')
export class ImportsController {
  constructor(
    private readonly imports: Imports,
    private readonly spool: Spool,
  ) {}

  /** multipart: `kind`, then `file`. The same file again is the same import. */
  @Post()
  @HttpCode(202)
  @Roles('registrar')
  async begin(@Req() request: FastifyRequest, @CurrentUser() user: Principal): Promise<{ importId: string }> {
    const kinds = ['bar-roll', 'do-not-record'] as const;
    const file = await receiveImport(request, { kinds, spoolDir: this.spool.folder });
    return { importId: await this.imports.begin(file, user.subject) };
  }

  @Get(':importId')
  @Roles('registrar', 'approver', 'auditor')
  async report(@Param('importId') importId: string): Promise<object> {
    const report = isUuid(importId) ? await this.imports.find(importId) : null;
    if (report === null) throw new ImportNotFound();
    return shown(report);
  }
}

/** `ended` is always 0: no list ends a protection by itself. */
function shown({
  importId,
  kind,
  digest,
  encoding,
  state,
  rows,
  added,
  unchanged,
  rejectedCount,
  rejected,
  problem,
}: ImportReport) {
  const figures = {
    importId,
    kind,
    digest,
    encoding,
    state,
    rows,
    added,
    unchanged,
    ended: 0,
    rejectedCount,
    rejected,
  };
  return problem === null ? figures : { ...figures, problem };
}
