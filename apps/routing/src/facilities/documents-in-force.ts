import { Injectable } from '@nestjs/common';
import { ConcurrencyConflict, EventStore } from '@privity/event-store';
import { currentVersion, type DirectoryEvent } from '@privity/routing';
import { newEvents } from '@privity/service';
import { Directory } from '../read-models/directory.js';

const ATTEMPTS = 10;

/** Puts documents in force: versioned, each version an event, kept for replay. */
@Injectable()
export class DocumentsInForce {
  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
  ) {}

  /**
   * Adds what is decided on the document as it stands in the store, again where somebody was faster. Resolves once it is in
   * force in every replica.
   * @param actor absent: nobody asked, its time came
   * @param decide by the directory of that moment; undefined: nothing is to be changed
   */
  async change(stream: string, actor: string | undefined, decide: () => DirectoryEvent | undefined): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const history = await this.store.readStream(stream);
      await this.directory.reach(history);
      const event = decide();
      // Whoever changed it before may still be waiting for a sibling, or have been cut off while waiting.
      if (event === undefined) return this.directory.reachEverywhere(history);
      const meta = { versionOf: currentVersion, ...(actor === undefined ? {} : { actor }) };
      try {
        const expected = history.length === 0 ? 'no stream' : history.length;
        const appended = await this.store.append(stream, expected, newEvents([event], meta));
        return await this.directory.reachEverywhere(appended.events);
      } catch (error) {
        if (!(error instanceof ConcurrencyConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}
