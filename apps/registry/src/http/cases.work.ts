import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { RegistryCase } from '../read-models/registry-case.entity.js';
import type { WorkItem, WorkSource } from './work.js';

/** Cases that are open: with a proposal they wait for a second person. */
@Injectable()
export class CasesWork implements WorkSource {
  constructor(@InjectRepository(RegistryCase) private readonly cases: Repository<RegistryCase>) {}

  async items(): Promise<readonly WorkItem[]> {
    const open = await this.cases.find({ order: { due: 'asc' } });
    return open.map(({ caseId, cause, attorney, due, events, proposedBy }) => ({
      kind: 'case',
      owner: proposedBy === null ? 'registrar' : 'approver',
      due,
      events,
      case: caseId,
      cause,
      ...(attorney === null ? {} : { attorney }),
      ...(proposedBy === null ? {} : { proposedBy }),
    }));
  }
}
