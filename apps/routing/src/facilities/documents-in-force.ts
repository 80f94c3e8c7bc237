import { Injectable } from '@nestjs/common';
import { ConcurrencyConflict, EventStore } from '@privity/event-store';
import { currentVersion, type DirectoryEvent } from '@privity/routing';
import { newEvents, type Principal } from '@privity/service';
import { Directory } from '../read-models/directory.js';

/** A document that the directory has in force in one version at a time. */
export interface Change {
  /** As it shall be, its fields in the order in which it is stored. */
  readonly document: unknown;
  /** As the directory has it; no document where none was set. */
  readonly inForce: () => { readonly version: number; readonly document: unknown };
  readonly event: (version: number) => DirectoryEvent;
}

const ATTEMPTS = 10;

/** Puts documents in force: versioned, each version an event, kept for replay. */
@Injectable()
export class DocumentsInForce {
  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
  ) {}

  /** Answers the version once it is in force in every replica. The same document again changes nothing. */
  async put(stream: string, asker: Principal, { document, inForce, event }: Change): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      const history = await this.store.readStream(stream);
      await this.directory.reach(history);
      const known = inForce();
      if (JSON.stringify(known.document) === JSON.stringify(document)) {
        // Whoever set it before may still be waiting for a sibling, or have been cut off while waiting.
        await this.directory.reachEverywhere(history);
        return known.version;
      }
      const version = known.version + 1;
      const events = newEvents([event(version)], { actor: asker.subject, versionOf: currentVersion });
      try {
        const expected = history.length === 0 ? 'no stream' : history.length;
        const appended = await this.store.append(stream, expected, events);
        await this.directory.reachEverywhere(appended.events);
        return version;
      } catch (error) {
        if (!(error instanceof ConcurrencyConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}
