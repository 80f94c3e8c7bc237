import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { uuidv7 } from '@privity/kernel';
import { recordingDecider, recordingStream, type RecordingState } from '@privity/recording';
import { readState } from '@privity/service';
import { DataSource } from 'typeorm';
import { RecordingRow } from '../read-models/recording.entity.js';
import { MediaFolder, type ObjectName } from './media-folder.js';
import { ObjectReader } from './object-reader.js';
import { RecordingKeys } from './recording-keys.js';

/** What a check found. `mismatches`: recording ids, or `stray:<call>/<file>` for what no event accounts for. */
export interface CheckResult {
  readonly objects: number;
  /** Plain bytes that decrypted to the digest of their event. */
  readonly bytes: number;
  readonly mismatches: readonly string[];
}

type Expected = Pick<RecordingState, 'salt' | 'digest' | 'bytes'>;

const AT_ONCE = 500;
const OBJECTS_OPEN = 8;
/** Keeps an event below 60 KiB. */
const MISMATCHES_PER_EVENT = 500;

/** Decrypts every object inside the vault, sealed ones too, and compares digests. No sound leaves it. */
@Injectable()
export class MediaCheck {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
    private readonly folder: MediaFolder,
    private readonly keys: RecordingKeys,
  ) {}

  async run(actor: string): Promise<CheckResult> {
    const tally = { objects: 0, bytes: 0, mismatches: [] as string[] };
    // Taken first: what is completed while the walk goes on must not count as missing.
    const missing = await this.completed();
    let batch: ObjectName[] = [];
    const flush = async (): Promise<void> => {
      await this.compare(batch, tally);
      for (const { recording } of batch) missing.delete(recording);
      batch = [];
    };
    for await (const { place, name, part } of this.folder.walk()) {
      if (part) continue;
      if (name === undefined) tally.mismatches.push(`stray:${place}`);
      else if (batch.push(name) === AT_ONCE) await flush();
    }
    await flush();
    tally.mismatches.push(...missing);
    await this.say(tally, actor);
    return tally;
  }

  private async completed(): Promise<Set<string>> {
    const rows = await this.dataSource
      .createQueryBuilder(RecordingRow, 'r')
      .select('r.recording', 'recording')
      .where(`r.state = 'completed'`)
      .getRawMany<{ recording: string }>();
    return new Set(rows.map(({ recording }) => recording));
  }

  private async compare(names: readonly ObjectName[], tally: { objects: number; bytes: number; mismatches: string[] }) {
    const [expected, keys] = await Promise.all([
      this.expectations(names),
      this.keys.find(names.map(({ recording }) => recording)),
    ]);
    const queue = [...names];
    const compareNext = async (): Promise<void> => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        const { recording } = name;
        const facts = expected.get(recording);
        const key = keys.get(recording);
        const good = facts !== undefined && key !== undefined && (await this.holds(name, key, facts));
        tally.objects += 1;
        if (good) tally.bytes += facts.bytes;
        else tally.mismatches.push(recording);
      }
    };
    await Promise.all(Array.from({ length: OBJECTS_OPEN }, compareNext));
  }

  /** From the read model where it has caught up, else from the events themselves. */
  private async expectations(names: readonly ObjectName[]): Promise<Map<string, Expected>> {
    const expected = new Map<string, Expected>();
    const rows = await this.dataSource
      .createQueryBuilder(RecordingRow, 'r')
      .where('r.recording = any(:ids)', { ids: names.map(({ recording }) => recording) })
      .andWhere(`r.state = 'completed'`)
      .getMany();
    for (const { recording, call, salt, digest, bytes } of rows) {
      const named = names.find((name) => name.recording === recording);
      if (salt === null || digest === null || named?.call !== call) continue;
      expected.set(recording, { salt, digest, bytes: Number(bytes) });
    }
    for (const { recording, call } of names) {
      if (expected.has(recording)) continue;
      const state = await readState(this.store, recordingDecider, recordingStream(recording));
      if (state.phase === 'completed' && state.call === call) expected.set(recording, state);
    }
    return expected;
  }

  private async holds(name: ObjectName, key: Buffer, { salt, digest, bytes }: Expected): Promise<boolean> {
    try {
      const reader = await ObjectReader.open(this.folder.pathOf(name), name.recording, key);
      try {
        return reader.bytes === bytes && (await reader.digest(salt)) === digest;
      } finally {
        await reader.close();
      }
    } catch {
      // Unreadable in whatever way: it is not what its event names, and that is the answer.
      return false;
    }
  }

  private async say({ objects, bytes, mismatches }: CheckResult, actor: string): Promise<void> {
    const parts = [mismatches.slice(0, MISMATCHES_PER_EVENT)];
    for (let at = MISMATCHES_PER_EVENT; at < mismatches.length; at += MISMATCHES_PER_EVENT) {
      parts.push(mismatches.slice(at, at + MISMATCHES_PER_EVENT));
    }
    const events = parts.map((some, n) => ({
      type: 'recording.MediaChecked',
      actor,
      // Totals stand in the first; what follows only continues its list.
      data: { objects: n === 0 ? objects : 0, bytes: n === 0 ? bytes : 0, mismatches: some },
    }));
    await this.store.append(`media-check-${uuidv7()}`, 'no stream', events);
  }
}
