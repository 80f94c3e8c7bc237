import { Controller, Get, Query } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { historyScope, type Access } from '@privity/audit';
import { InvalidInput } from '@privity/kernel';
import { CurrentUser, Roles, type Principal } from '@privity/service';
import { Repository } from 'typeorm';
import { AccessLine } from '../read-models/access.entity.js';
import { KnownRecording } from '../read-models/known-recording.entity.js';
import { takePage, type PageQuery } from '../read-models/page.js';

interface AccessQuery extends PageQuery {
  readonly recording?: unknown;
  readonly person?: unknown;
}

/** Who listened, who tried to, and what was heard. */
@Controller('api/audit/accesses')
export class AccessesController {
  constructor(@InjectRepository(AccessLine) private readonly accesses: Repository<AccessLine>) {}

  @Roles('auditor', 'supervisor', 'privacy-officer')
  @Get()
  async list(
    @Query() asked: AccessQuery,
    @CurrentUser() user: Principal,
  ): Promise<{ accesses: Access[]; next?: string }> {
    const query = this.accesses.createQueryBuilder('access');
    for (const field of ['recording', 'person'] as const) {
      const value = asked[field];
      if (value === undefined) continue;
      if (typeof value !== 'string' || value === '') throw new InvalidInput(field, 'is one value');
      query.andWhere(`access.${field} = :${field}`, { [field]: value });
    }
    if (asked.recording === undefined && asked.person === undefined) {
      throw new InvalidInput('recording', 'name a recording or a person');
    }
    const { everything, facility } = historyScope(user);
    if (!everything) {
      // Sealed and nonexistent answer alike (P12): neither is among the recordings joined here.
      query.innerJoin(KnownRecording, 'known', 'known.recording = access.recording and not known.sealed');
      if (facility !== undefined) query.andWhere('known.facility = :facility', { facility });
    }
    const { items, ...rest } = await takePage(query, asked);
    return { accesses: items.map(withoutNulls), ...rest };
  }
}

function withoutNulls(line: AccessLine): Access {
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== null)) as unknown as Access;
}
