import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { instant } from '@privity/kernel';
import { importStream } from '@privity/registry';
import type { ListHeld } from '@privity/registry';
import { HeldImports } from '../imports/held-imports.js';
import { shownImport } from './imports.controller.js';
import type { WorkItem, WorkSource } from './work.js';

const DUE_AFTER_MS = 24 * 60 * 60 * 1_000;

/** Lists that wait for a second person (T3). */
@Injectable()
export class HeldImportsWork implements WorkSource {
  constructor(
    private readonly held: HeldImports,
    private readonly store: EventStore,
  ) {}

  async items(): Promise<readonly WorkItem[]> {
    const items: WorkItem[] = [];
    for (const report of await this.held.all()) {
      const history = await this.store.readStream(importStream(report.importId));
      const event = history.find(({ type }) => type === 'registry.ListHeld');
      if (event === undefined) continue;
      const { time, data } = parseEnvelope<ListHeld['data']>(event.text);
      items.push({
        kind: 'held-import',
        owner: 'approver',
        due: instant(new Date(Date.parse(time) + DUE_AFTER_MS)),
        events: [event.id],
        // Whose word it is: somebody else has to see to it.
        sentBy: data.sentBy,
        import: shownImport(report),
      });
    }
    return items;
  }
}
