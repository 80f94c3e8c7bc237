import { Controller, Get } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { importStream } from '@privity/registry';
import type { ListHeld } from '@privity/registry';
import { Roles } from '@privity/service';
import { HeldImports } from '../imports/held-imports.js';
import { shownImport } from './imports.controller.js';

const DUE_AFTER_MS = 24 * 60 * 60 * 1_000;

/** Something that waits for a person. */
interface WorkItem {
  readonly kind: 'held-import';
  /** The role that has to see to it. */
  readonly owner: 'approver';
  readonly due: string;
  /** Ids of the events that made it. */
  readonly events: readonly string[];
  /** Whose word it is: somebody else has to see to it. */
  readonly sentBy: string;
  readonly import: object;
}

@Controller('api/registry/work')
export class WorkController {
  constructor(
    private readonly held: HeldImports,
    private readonly store: EventStore,
  ) {}

  /** What waits, the oldest first. */
  @Get()
  @Roles('registrar', 'approver', 'auditor')
  async items(): Promise<{ readonly items: readonly WorkItem[] }> {
    const items: WorkItem[] = [];
    for (const report of await this.held.all()) {
      const history = await this.store.readStream(importStream(report.importId));
      const event = history.find(({ type }) => type === 'registry.ListHeld');
      if (event === undefined) continue;
      const { time, data } = parseEnvelope<ListHeld['data']>(event.text);
      const due = new Date(Date.parse(time) + DUE_AFTER_MS).toISOString();
      const { sentBy } = data;
      items.push({
        kind: 'held-import',
        owner: 'approver',
        due,
        events: [event.id],
        sentBy,
        import: shownImport(report),
      });
    }
    return { items };
  }
}
