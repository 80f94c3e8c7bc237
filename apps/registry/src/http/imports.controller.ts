import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { CurrentUser, receiveImport, Roles, Spool } from '@privity/service';
import type { Principal } from '@privity/service';
import type { FastifyRequest } from 'fastify';
import { HeldImports } from '../imports/held-imports.js';
import { ImportReports } from '../imports/import-reports.js';
import { Imports } from '../imports/imports.js';
import type { ImportReport } from '../read-models/import-report.entity.js';

@Controller('api/registry/imports')
export class ImportsController {
  constructor(
    private readonly imports: Imports,
    private readonly reports: ImportReports,
    private readonly heldImports: HeldImports,
    private readonly spool: Spool,
  ) {}

  /** multipart: `kind`, perhaps `list` (its name, where there are several of a kind), then `file`. The same file again is the same import. */
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
    return shownImport(await this.reports.find(importId));
  }

  /** A second person believes a list that lost too much to be believed by itself. The same again changes nothing. */
  @Post(':importId/approval')
  @HttpCode(200)
  @Roles('approver')
  async approve(@Param('importId') importId: string, @CurrentUser() user: Principal): Promise<object> {
    return shownImport(await this.heldImports.approve(importId, user.subject));
  }
}

/** A report as it is answered. `ended` is always 0: no list ends a protection by itself. */
export function shownImport(report: ImportReport) {
  const { importId, kind, digest, encoding, state, rows, added, unchanged, rejectedCount, rejected } = report;
  const { list, entries, comparison, losses, problem } = report;
  return {
    ...{ importId, kind, digest, encoding, state, rows, added, unchanged, ended: 0, rejectedCount, rejected },
    ...(list === null ? {} : { list }),
    ...(entries === null ? {} : { entries }),
    ...(comparison === null ? {} : { comparison }),
    ...(losses === null ? {} : { losses }),
    ...(problem === null ? {} : { problem }),
  };
}
