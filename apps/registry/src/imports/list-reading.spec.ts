import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { FileMark } from '@privity/event-store';
import { uuidv7 } from '@privity/kernel';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Installation } from '../testing/installation.js';
import { ListReading, ReadingFailed } from './list-reading.js';
import type { ReadingHost } from './reading.js';

jest.setTimeout(60_000);

const HEADER = 'PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE';

describe('a list read by a thread of its own', () => {
  let place: Installation;
  let folder: string;
  let reading: ListReading;
  beforeAll(async () => {
    place = await Installation.start();
    folder = await mkdtemp(join(tmpdir(), 'privity-list-'));
    reading = place.registry.app.get(ListReading);
  }, 60_000);
  afterAll(async () => {
    await place.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const host: ReadingHost = {
    hasSeen: (indexes) => Promise.resolve(indexes.map(() => false)),
    checked: () => Promise.resolve(),
    progress: () => Promise.resolve(),
  };
  let files = 0;
  const read = async (lines: readonly string[], more: Partial<ReadingHost> = {}, name?: string) => {
    const path = join(folder, `${(files += 1)}.csv`);
    await writeFile(path, [HEADER, ...lines].join('\n'));
    const list = {
      kind: 'do-not-record',
      path,
      list: name ?? `list-${files}`,
      actor: 'ana',
      turn: String(files),
    } as const;
    return reading.read(list, { ...host, ...more });
  };
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => `${2_125_550_000 + from + n},Y,Y,*,01/01/2020,,`);

  it('is told in batches, and gives what it counted', async () => {
    const told: number[] = [];
    const { figures, scopes, counted } = await read(rows(0, 1_200), {
      progress: (soFar) => Promise.resolve(void told.push(soFar.rows)),
    });
    expect(told).toEqual([500, 1_000, 1_200]);
    expect(figures).toMatchObject({ rows: 1_200, added: 1_200, rejectedCount: 0 });
    expect([scopes, counted.entries, counted.known]).toEqual([[`list-${files}`], 1_200, 0]);
  });

  it('knows again what it said before, though nobody told it what is protected', async () => {
    await read(rows(5_000, 10), {}, 'same');
    const { figures } = await read(rows(5_000, 11), {}, 'same');
    expect(figures).toMatchObject({ rows: 11, added: 1, unchanged: 10 });
  });

  it('ends where the one who asked wants no more of it, with their own reason, and reads the next', async () => {
    const reason = new Error('stopped');
    await expect(read(rows(10_000, 1_100), { progress: () => Promise.reject(reason) })).rejects.toBe(reason);
    expect((await read(rows(20_000, 3))).figures.added).toBe(3);
  });

  it('that cannot be read is a problem that names the line', async () => {
    const failed = await read(['2125550001,"Y,Y,*,01/01/2020,,']).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ReadingFailed);
    expect((failed as ReadingFailed).problem).toMatchObject({ code: 'csv-broken-quote', line: 2 });
    // What the log is told: of what was thrown there, not of what was thrown here.
    expect((failed as ReadingFailed).facts).toMatchObject({ error: 'CsvError', code: 'csv-broken-quote' });
    expect(String((failed as ReadingFailed).facts['at'])).toContain('read-csv');
  });

  it('of fields a megabyte long is read a few rows at a time', async () => {
    const told: number[] = [];
    const lines = rows(30_000, 12).map((row) => row + 'x'.repeat(900_000));
    await read(lines, { progress: (soFar) => Promise.resolve(void told.push(soFar.rows)) });
    expect(told).toEqual([5, 10, 12]);
  });

  it('is refused by a store that lacks what its mark knows', async () => {
    await reading.end();
    const mark = new FileMark(place.registry.config.markFile);
    const known = await mark.read();
    if (known === undefined) throw new Error('the registry wrote no mark');
    const beyond = { shard: 0, position: 1_000_000, id: uuidv7() };
    await mark.write({ ...known, heads: [beyond, ...known.heads.slice(1)] });
    const failed = await read(rows(60_000, 3)).catch((error: unknown) => error);
    expect((failed as ReadingFailed).problem).toMatchObject({ code: 'store-restored', status: 503 });
    await mark.write(known, true);
    expect((await read(rows(60_000, 3))).figures.added).toBe(3);
  });

  it('that comes while the thread before is ending is read by another', async () => {
    await read(rows(70_000, 3));
    const ending = reading.end();
    expect((await read(rows(71_000, 3))).figures.added).toBe(3);
    await ending;
  });

  it('whose thread ended under way has failed, and another thread reads the next', async () => {
    const dying = read(rows(40_000, 2_000), {
      progress: () => {
        void reading.end();
        return new Promise(() => undefined);
      },
    });
    await expect(dying).rejects.toThrow('the thread that reads lists ended');
    expect((await read(rows(50_000, 3))).figures.added).toBe(3);
  });
});
