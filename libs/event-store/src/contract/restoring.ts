import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SHARDS } from '@privity/kernel';
import { StoreRestored } from '../errors.js';
import type { EventStore } from '../event-store.js';
import { FileMark } from '../mark.js';
import type { RecoverOptions, RecoveryReport } from '../recover.js';
import type { HeadWitness } from '../witness.js';
import { callInShard, connected, everyEvent, newCall } from './calls.js';
import type { ContractStore } from './contract-store.js';
import { storeWitness } from './store-witness.js';

export function restoring(openStore: () => Promise<ContractStore>): void {
  describe('after a restore', () => {
    let folder: string;
    let mark: FileMark;
    let original: ContractStore;
    let backup: ContractStore;
    let live: EventStore;
    const opened: EventStore[] = [];
    const open = async (fresh: ContractStore, o: { mark?: FileMark; witness?: HeadWitness } = {}) => {
      const store = await fresh.open(o);
      opened.push(store);
      return store;
    };
    const recovered = (fresh: ContractStore, o: RecoverOptions = {}): Promise<RecoveryReport> =>
      fresh.recover(storeWitness(live), o);

    // a backup is taken, and the store goes on: 3 events in each shard, then 700 more
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'privity-store-'));
      mark = new FileMark(join(folder, 'store.json'));
      original = await openStore();
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
      await original.lose(4, before ?? 0);
      await expect(live.append(stream, 'any', [connected()])).rejects.toMatchObject({ code: 'store-restored' });
      expect(live.restored).toContain('4/');
      await expect(live.append(callInShard(5), 'any', [connected()])).rejects.toBeInstanceOf(StoreRestored);
      expect(await live.readStream(stream)).toEqual([]);
    });

    it('a reader is told what stands behind a hole, were it larger than a page', async () => {
      for (const position of [2, 3, 4, 5]) await original.lose(9, position);
      const behind = (await live.readShard(9, 5, 1_000)).map(({ position }) => position);
      expect(behind[0]).toBe(6);
      expect((await live.readShard(9, 1, 3)).map(({ position }) => position)).toEqual(behind.slice(0, 3));
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
      expect(await backup.streams()).toEqual(await original.streams());
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

    it('a fork that the witness has in it is one too: behind our last event it knows one that follows another', async () => {
      const usurper = await open(backup);
      const shard = 7;
      const [ours] = (await usurper.append(callInShard(shard), 'any', [connected()])).events;
      const theirs = await live.readShard(shard, 3, 2);
      const seen = storeWitness(live);
      const readAfter: HeadWitness['readAfter'] = async (at, position, limit) => {
        if (at !== shard || position !== 3) return seen.readAfter(at, position, limit);
        return [ours?.text ?? '', ...(await seen.readAfter(at, 4, limit - 1))].slice(0, limit);
      };
      await live.close();
      const report = await backup.recover({ ...seen, readAfter }, { mark, acceptLoss: true });
      expect(report.complete).toBe(false);
      expect(report.shards[shard]).toMatchObject({
        restored: 0,
        fork: { position: 4, ours: ours?.id, theirs: theirs[0]?.id },
      });
      expect(await usurper.readShard(shard, 3, 100)).toEqual([ours]);
    });

    it('what nobody has any more is named, and only a person can go on without it', async () => {
      // a witness that has seen no more than the backup
      const witness = storeWitness(await open(backup));
      await live.close();
      const refused = await backup.recover(witness, { mark });
      expect(refused.complete).toBe(false);
      expect(refused.lost.length).toBeGreaterThan(0);
      expect((await open(backup, { mark })).restored).toBeDefined();
      expect(await backup.recover(witness, { mark, acceptLoss: true })).toMatchObject({ complete: true });
      expect((await open(backup, { mark })).restored).toBeUndefined();
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
        await expect(backup.putBack(2, [wrong])).rejects.toMatchObject({ code: 'PV002' });
      }
      expect(await backup.putBack(2, [text])).toBe(4);
    });
  });
}
