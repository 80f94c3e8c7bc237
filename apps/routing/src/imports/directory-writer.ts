import { EventStore } from '@privity/event-store';
import { currentVersion, type DirectoryEvent } from '@privity/routing';
import { newEvents } from '@privity/service';
import { Directory } from '../read-models/directory.js';

const EVENTS_IN_ONE_APPEND = 50;

/** Appends an import's events, each stream's in order, and waits until the view has them. */
export class DirectoryWriter {
  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
    private readonly meta: { readonly actor: string; readonly correlationid: string },
  ) {}

  /** @param byStream events of each stream; a crash in between leaves whole appends, and the same import adds the rest */
  async write(byStream: ReadonlyMap<string, readonly DirectoryEvent[]>): Promise<void> {
    const appended = await Promise.all([...byStream].map(([stream, events]) => this.append(stream, events)));
    await this.directory.reach(appended.flat());
  }

  private async append(stream: string, events: readonly DirectoryEvent[]) {
    const recorded = [];
    for (let from = 0; from < events.length; from += EVENTS_IN_ONE_APPEND) {
      const some = newEvents(events.slice(from, from + EVENTS_IN_ONE_APPEND), {
        ...this.meta,
        versionOf: currentVersion,
      });
      recorded.push(...(await this.store.append(stream, 'any', some)).events);
    }
    return recorded;
  }
}
