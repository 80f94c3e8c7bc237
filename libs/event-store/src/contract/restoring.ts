import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SHARDS } from '@privity/kernel';
import { StoreRestored } from '../errors.js';
import { EventStore } from '../event-store.js';
import { FileMark } from '../mark.js';
import { recover } from '../recover.js';
import type { RecoverOptions, RecoveryReport } from '../recover.js';
import { restore } from '../sql/restore.js';
import type { HeadWitness } from '../witness.js';
import { callInShard, connected, everyEvent, newCall, SOURCE } from './calls.js';
import type { FreshStore } from './fresh-store.js';
import { storeWitness } from './store-witness.js';

export function restoring(openFreshStore: () => Promise<FreshStore>): void {
  describe('after a restore', () => {
    let folder: string;
    let mark: FileMark;
    let original: FreshStore;
    let backup: FreshStore;
    let live: EventStore;
    const opened: EventStore[] = [];
    const open = async (fresh: FreshStore, o: { mark?: FileMark; witness?: HeadWitness } = {}) => {
      const store = await EventStore.open({ pool: fresh.service, source: SOURCE, ...o });
      opened.push(store);
      return store;
    };
    const recovered = async (fresh: FreshStore, o: RecoverOptions = {}): Promise<RecoveryReport> => {
      const owner = await fresh.owner.connect();
      try {
        return await recover(owner, storeWitness(live), o);
      } finally {
        owner.release();
      }
    };

    // a backup is taken, and the store goes on: 3 events in each shard, then 700 more
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'privity-store-'));
      mark = new FileMark(join(folder, 'store.json'));
      original = await openFreshStore();
      live = await open(original, { mark });
      for (let shard = 0; shard < SHARDS; shard++) {
        await live.append(callInShard(shard), 'any', [connected(1), connected(2), connected(3)]);
      }
      backup = await original.copy();
      await Promise.all(Array.from({ length: 700 }, (_, n) => live.append(newCall(), 'any', [connected(n)])));
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
      await backup.drop();
      await original.drop();
      await rm(folder, { recursive: true, force: true });
    });

    it('the mark tells, and still does after a restart; reading goes on', async () => {
      await live.close();
      for (let start = 0; start < 2; start++) {
        const store = await open(backup, { mark });
        expect(store.restored).toContain('known to the mark');
        await expect(store.append(newCall(), 'any', [connected()])).rejects.toBeInstanceOf(StoreRestored);
        expect(await everyEvent(store)).toHaveLength(36);
        await store.close();
      }
    });

    it('the witness tells, also one that is found later', async () => {
      const store = await open(backup, { witness: storeWitness(live) });
      expect(store.restored).toContain('known to the witness');
      const later = await open(backup);
      await later.append(newCall(), 'any', [connected()]);
      await later.recheck(storeWitness(live));
      await expect(later.append(newCall(), 'any', [connected()])).rejects.toBeInstanceOf(StoreRestored);
    });

    it('another cluster or timeline tells, although nothing is missing', async () => {
      await live.close();
      const marked = await mark.read();
      const [system, timeline] = marked?.identity.split('/') ?? [];
      for (const identity of [`${system}/${Number(timeline) + 1}`, `1${system}/${timeline}`]) {
        await mark.write({ identity, heads: marked?.heads ?? [] });
        const store = await open(original, { mark });
        expect(store.restored).toContain(`the mark knows ${identity}`);
        await expect(store.append(newCall(), 'any', [connected()])).rejects.toBeInstanceOf(StoreRestored);
      }
    });

    it('a running process notices at its next append, and writes nothing', async () => {
      const stream = callInShard(4);
      const before = (await live.heads())[4]?.position;
      // as if the database had been replaced under it: its newest event of the shard is not there
      await original.admin.query('alter table event_store.event disable trigger all');
      await original.admin.query('delete from event_store.event where shard = 4 and position = $1', [before]);
      await expect(live.append(stream, 'any', [connected()])).rejects.toMatchObject({ code: 'store-restored' });
      expect(live.restored).toContain('4/');
      await expect(live.append(callInShard(5), 'any', [connected()])).rejects.toBeInstanceOf(StoreRestored);
      expect(await live.readStream(stream)).toEqual([]);
    });

    it('recover puts the missing bytes back, and appends go on', async () => {
      await live.close();
      const store = await open(backup, { mark });
      expect(store.restored).toBeDefined();
      const report = await recovered(backup, { mark });
      expect(report).toMatchObject({ complete: true, lost: [] });
      expect(report.shards.reduce((sum, shard) => sum + shard.restored, 0)).toBe(700);
      const events = await everyEvent(live);
      expect(await everyEvent(store)).toEqual(events);
      expect((await backup.admin.query('select * from event_store.stream order by stream')).rows).toEqual(
        (await original.admin.query('select * from event_store.stream order by stream')).rows,
      );
      await store.recheck();
      expect(store.restored).toBeUndefined();
      const last = events[events.length - 1];
      expect(await store.append(last?.stream ?? '', last?.sequence ?? 0, [connected()])).toMatchObject({
        version: (last?.sequence ?? 0) + 1,
      });
      expect(await recovered(backup, { mark })).toMatchObject({ complete: true });
    });

    it('recover makes another cluster ours', async () => {
      await live.close();
      await mark.write({ identity: '1/1', heads: [] });
      const store = await open(backup, { mark });
      await recovered(backup);
      await store.recheck();
      expect(store.restored).toBeUndefined();
    });

    it('a fork is reported with its first position, and not overwritten', async () => {
      const usurper = await open(backup);
      const shard = 7;
      for (let n = 0; n < 5; n++) await usurper.append(callInShard(shard), 'any', [connected(n)]);
      const before = await usurper.readShard(shard, 0, 100);
      const theirs = await live.readShard(shard, 3, 1);
      await live.close();
      const report = await recovered(backup, { mark, acceptLoss: true });
      expect(report.complete).toBe(false);
      expect(report.shards.filter((each) => each.fork)).toMatchObject([
        { shard, restored: 0, fork: { position: 4, ours: before[3]?.id, theirs: theirs[0]?.id } },
      ]);
      expect(await usurper.readShard(shard, 0, 100)).toEqual(before);
      expect((await open(backup, { mark })).restored).toBeDefined();
    });

    it('what nobody has any more is named, and only a person can go on without it', async () => {
      // a witness that has seen no more than the backup
      const witness = storeWitness(await open(backup));
      const owner = await backup.owner.connect();
      await live.close();
      const refused = await recover(owner, witness, { mark });
      expect(refused.complete).toBe(false);
      expect(refused.lost.length).toBeGreaterThan(0);
      expect((await open(backup, { mark })).restored).toBeDefined();
      expect(await recover(owner, witness, { mark, acceptLoss: true })).toMatchObject({ complete: true });
      expect((await open(backup, { mark })).restored).toBeUndefined();
      owner.release();
    });

    it('the owner cannot put back what does not follow', async () => {
      const [next] = await live.readShard(2, 3, 1);
      const text = next?.text ?? '';
      for (const wrong of [
        text.replace('"position":"4"', '"position":"5"'),
        text.replace(/"previd":"[^"]*"/, `"previd":"${next?.id}"`),
        text.replace('"shard":2', '"shard":3'),
        text.replace('"sequence":"1"', '"sequence":"2"'),
      ]) {
        expect(wrong).not.toBe(text);
        await expect(backup.owner.query(restore, [2, [wrong]])).rejects.toMatchObject({ code: 'PV002' });
      }
      expect((await backup.owner.query(restore, [2, [text]])).rows).toEqual([{ position: '4' }]);
    });
  });
}
