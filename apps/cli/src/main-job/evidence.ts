import { randomInt } from 'node:crypto';
import type { PrivityClient } from '@privity/client';
import { parseEnvelope } from '@privity/event-store';
import type { FeedPage } from '@privity/event-stream';
import { SHARDS } from '@privity/kernel';
import type { RecordingCompleted } from '@privity/recording';
import type { CallDecided, ReplayResult } from '@privity/routing';
import { CONTEXTS } from '@privity/service/installation';
import { verifyTlogProof, type VerifierKey } from '@privity/transparency-log';
import { type LogEntry, readLog } from '../audit-log/read-log.js';
import { logReplay } from '../audit-log/replay.js';
import type { DataDir } from '../data-dir.js';
import { Failed } from '../failures.js';
import { CallEndings } from './call-endings.js';
import { EventDigests } from './event-digests.js';
import type { HeadVector } from './settling.js';

/** What a call's findings need of its decision: all of it, of every call, would fill the memory. */
export type DecisionTaken = Pick<CallDecided['data'], 'outcome' | 'recording' | 'reasons'>;

/** What the audit log, read from outside, shows. */
export interface LogEvidence {
  readonly rootOk: boolean;
  /** Up to the head vector. */
  readonly events: EventDigests;
  /** How many of them are of each type. */
  readonly byType: Readonly<Record<string, number>>;
  /** By the id of the decision's event. */
  readonly decisions: ReadonlyMap<string, DecisionTaken>;
  /** By recording id. */
  readonly completed: ReadonlyMap<string, RecordingCompleted['data']>;
  readonly endings: CallEndings;
  readonly replay: ReplayResult;
  /** Entries drawn at random. */
  readonly drawn: readonly LogEntry[];
}

/** Reads the whole log once and takes from it all that the checks need. */
export async function readLogEvidence(
  client: PrivityClient,
  dataDir: DataDir,
  vkey: VerifierKey,
  heads: HeadVector,
  draw: number,
): Promise<LogEvidence> {
  const events = new EventDigests();
  const byType: Record<string, number> = {};
  const decisions = new Map<string, DecisionTaken>();
  const completed = new Map<string, RecordingCompleted['data']>();
  const endings = new CallEndings();
  const drawn: LogEntry[] = [];
  const replay = logReplay(dataDir);
  const { rootOk } = await readLog(client, vkey, (entry) => {
    const envelope = parseEnvelope(entry.text);
    const { id, source, shard, position, type, data } = envelope;
    if (Number(position) <= (heads.get(source)?.[shard] ?? 0)) {
      events.set(source, shard, Number(position), entry.text);
      byType[type] = (byType[type] ?? 0) + 1;
      // Reservoir sampling: every entry has the same chance, whatever their number.
      if (drawn.length < draw) drawn.push(entry);
      else {
        const place = randomInt(entry.index + 1);
        if (place < draw) drawn[place] = entry;
      }
    }
    if (type === 'routing.CallDecided') {
      const { outcome, recording, reasons } = data as CallDecided['data'];
      decisions.set(id, { outcome, recording, reasons });
    }
    if (type === 'recording.RecordingCompleted') {
      const recording = data as RecordingCompleted['data'];
      completed.set(recording.recording, recording);
    }
    endings.take(envelope);
    replay.take(entry.text);
  });
  return { rootOk, events, byType, decisions, completed, endings, replay: replay.finish(), drawn };
}

/**
 * The same events as their publishers have them, read from each service's feed.
 * @throws Failed where a publisher has not every position up to its head: what nobody has, the log could lack unseen
 */
export async function readFeeds(client: Pick<PrivityClient, 'feed'>, heads: HeadVector): Promise<EventDigests> {
  const events = new EventDigests();
  for (const context of CONTEXTS) {
    const source = `/privity/${context}`;
    for (let shard = 0; shard < SHARDS; shard++) {
      const head = heads.get(source)?.[shard] ?? 0;
      for (let after = 0; after < head;) {
        const page = await client.feed<FeedPage>(context, shard, { after, limit: 1_000 });
        const texts = page.shards.find((one) => one.shard === shard)?.events ?? [];
        if (texts.length === 0) throw new Failed(`${source} shard ${shard} publishes nothing after position ${after}`);
        for (const text of texts) {
          const { position } = parseEnvelope(text);
          if (position !== String(after + 1)) {
            throw new Failed(`${source} shard ${shard} publishes position ${position} after ${after}`);
          }
          after++;
          if (after <= head) events.set(source, shard, after, text);
        }
      }
    }
  }
  return events;
}

/** Asks the log for a proof of each entry and checks it against the entry's bytes. @returns how many hold */
export async function verifyProofs(
  client: PrivityClient,
  entries: readonly LogEntry[],
  vkey: VerifierKey,
): Promise<number> {
  let verified = 0;
  for (const { index, text } of entries) {
    const proof = await client.audit.proof(parseEnvelope(text).id);
    // Throws unless the proof leads from these bytes to a root that the log signed.
    if (verifyTlogProof(proof, text, vkey).index === index) verified++;
  }
  return verified;
}
