import type { PrivityClient } from '@privity/client';
import type { StreamReport } from '@privity/event-stream';
import type { PrivityInstance } from '../instance.js';
import { allEvents, eventually, type StoredEvent } from '../stream.js';

const CONTEXTS = ['registry', 'routing', 'recording', 'audit'];

interface Status {
  readonly unreachable: readonly string[];
  readonly sources: readonly StreamReport[];
}

export interface Whole {
  /** Events that the services published, as many as the log holds. */
  readonly events: number;
  readonly recorded: number;
  readonly attested: number;
}

/**
 * What must hold after any outage: every consumer has applied every event and none halted; the log holds each of them
 * once, under a root that recomputes; every decision is derived again; every call was recorded or attested, not both.
 * @throws Error naming what does not
 */
export async function requireWhole(privity: PrivityInstance, auditor: PrivityClient): Promise<Whole> {
  // What a recorder could not end itself is looked after every few seconds.
  await eventually('the end of every recording', () => ended(auditor), 120_000);
  await quiet(auditor);
  const told = (await Promise.all(CONTEXTS.map((context) => allEvents(auditor, context)))).flat();
  if (new Set(told.map(({ id }) => id)).size !== told.length) throw new Error('an event was published twice');
  const { size } = await eventually(
    'a log that holds every event, signed',
    async () => {
      const coverage = await auditor.audit.coverage();
      return coverage.size === told.length && coverage.signed === coverage.size && coverage;
    },
    60_000,
  );
  const verified = await privity.command('verify');
  if (!verified.includes(`${size} entries give the root`)) throw new Error(`verify says: ${verified}`);
  const replayed = await privity.command('replay', 'decisions');
  const decisions = told.filter(({ type }) => type === 'routing.CallDecided');
  const words = new RegExp(`\\b${decisions.length} decisions and \\d+ attestations derived again, 0 differences`);
  if (!words.test(replayed)) throw new Error(replayed);
  return { events: told.length, ...account(decisions, told) };
}

export interface HaltedShard {
  readonly consumer: string;
  readonly version: number;
  readonly source: string;
  readonly shard: number;
  readonly halted: { readonly code: string; readonly position: number };
}

async function ended(auditor: PrivityClient): Promise<boolean> {
  const told = await allEvents(auditor, 'recording');
  const of = (type: string) => told.filter((event) => event.type === type).length;
  return of('recording.RecordingStarted') === of('recording.RecordingCompleted');
}

/** Where consumers stand still, as an operator sees it. */
export async function haltedIn(auditor: PrivityClient): Promise<HaltedShard[]> {
  return haltedOf(await auditor.streamStatus<Status>());
}

/** Waits until every reader that does not stand still has read all there is. */
export async function readersCaughtUp(auditor: PrivityClient): Promise<void> {
  await eventually(
    'every reader that is not halted to have read all',
    async () => {
      const { sources } = await auditor.streamStatus<Status>();
      const consumers = sources.flatMap(({ shards }) => shards.flatMap((shard) => shard.consumers));
      return consumers.every(({ lag, halted }) => halted !== undefined || lag === 0);
    },
    60_000,
  );
}

function haltedOf({ sources }: Status): HaltedShard[] {
  return sources.flatMap(({ source, shards }) =>
    shards.flatMap(({ shard, consumers }) =>
      consumers.flatMap(({ consumer, version, halted }) =>
        halted === undefined ? [] : [{ consumer, version, source, shard, halted }],
      ),
    ),
  );
}

/** Waits until no event and no checkpoint moves. @throws Error where a consumer halted */
async function quiet(auditor: PrivityClient): Promise<void> {
  let before = '';
  await eventually(
    'streams at rest',
    async () => {
      const status = await auditor.streamStatus<Status>();
      const shards = status.sources.flatMap((source) => source.shards);
      const halted = haltedOf(status);
      if (halted.length > 0) throw new Error(`halted: ${JSON.stringify(halted)}`);
      const late = shards.some(
        ({ head, acked = head, consumers }) => acked < head || consumers.some(({ lag }) => lag > 0),
      );
      const now = JSON.stringify(status);
      const rests = now === before && !late && status.unreachable.length === 0;
      before = now;
      return rests && shards.length > 0;
    },
    180_000,
  );
}

function account(decisions: readonly StoredEvent[], told: readonly StoredEvent[]) {
  const completed = new Set(
    told.filter(({ type }) => type === 'recording.RecordingCompleted').map(({ subject }) => subject),
  );
  const begun = byDecision(told, 'recording.RecordingStarted');
  const attested = byDecision(told, 'recording.NoMediaAttested');
  for (const { id } of decisions) {
    const recordings = begun.get(id) ?? [];
    const attestations = attested.get(id) ?? [];
    if (recordings.length + attestations.length !== 1) {
      throw new Error(`call decided by ${id}: ${recordings.length} recordings, ${attestations.length} attestations`);
    }
    const open = recordings.find(({ subject }) => !completed.has(subject));
    if (open !== undefined) throw new Error(`recording ${open.subject} was not completed`);
  }
  return { recorded: begun.size, attested: attested.size };
}

function byDecision(told: readonly StoredEvent[], type: string): Map<string, StoredEvent[]> {
  const found = new Map<string, StoredEvent[]>();
  for (const event of told) {
    if (event.type !== type) continue;
    const decision = String(event.data['decision']);
    found.set(decision, [...(found.get(decision) ?? []), event]);
  }
  return found;
}
