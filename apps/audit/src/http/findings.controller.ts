import { Controller, Get, Query } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { FINDING_KINDS, visibleKinds } from '@privity/audit';
import { InvalidInput } from '@privity/kernel';
import { CurrentUser, Roles, type Principal } from '@privity/service';
import { Repository } from 'typeorm';
import { FindingLine } from '../read-models/finding.entity.js';
import { takePage, type PageQuery } from '../read-models/page.js';

/** What somebody should look at. */
@Controller('api/findings')
export class FindingsListController {
  constructor(@InjectRepository(FindingLine) private readonly findings: Repository<FindingLine>) {}

  @Roles('auditor', 'privacy-officer', 'operator')
  @Get()
  async list(
    @Query() asked: PageQuery & { readonly kind?: unknown },
    @CurrentUser() user: Principal,
  ): Promise<{ findings: FindingLine[]; next?: string }> {
    const { kind } = asked;
    if (kind !== undefined && !FINDING_KINDS.some((known) => known === kind)) {
      throw new InvalidInput('kind', `is one of ${FINDING_KINDS.join(', ')}`);
    }
    const kinds = visibleKinds(user.roles).filter((visible) => kind === undefined || visible === kind);
    const query = this.findings.createQueryBuilder('finding').where('finding.kind = any(:kinds)', { kinds });
    const { items, ...rest } = await takePage(query, asked);
    return { findings: items, ...rest };
  }
}
