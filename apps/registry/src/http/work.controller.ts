import { Controller, Get, Inject } from '@nestjs/common';
import { Roles } from '@privity/service';
import { WORK_SOURCES } from './work.js';
import type { WorkItem, WorkSource } from './work.js';

@Controller('api/registry/work')
export class WorkController {
  constructor(@Inject(WORK_SOURCES) private readonly sources: readonly WorkSource[]) {}

  /** What waits for a person, what is due first first. */
  @Get()
  @Roles('registrar', 'approver', 'auditor')
  async items(): Promise<{ readonly items: readonly WorkItem[] }> {
    const items = (await Promise.all(this.sources.map((source) => source.items()))).flat();
    return { items: items.sort((one, other) => (one.due < other.due ? -1 : one.due > other.due ? 1 : 0)) };
  }
}
