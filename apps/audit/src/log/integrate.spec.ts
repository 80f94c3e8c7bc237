import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parseEnvelope } from '@privity/event-store';
import type { EventBatch, StreamEvent } from '@privity/event-stream';
import { uuidv7 } from '@privity/kernel';
import { JsonLog, Readiness } from '@privity/service';
import { withPostgres, type ServiceDatabase } from '@privity/testing';
import {
  CompactTree,
  consistencyProof,
  formatTlogProof,
  formatVkey,
  inclusionProof,
  leafHash,
  openCheckpoint,
  parseVkey,
  verifyConsistency,
  verifyLog,
  verifyTlogProof,
} from '@privity/transparency-log';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrate } from '../migrations/index.js';
import { CheckpointPublisher } from './checkpoint-publisher.js';
import { integrate } from './integrate.js';
import { LastSigned } from './last-signed.js';
import { LogSigner } from './log-signer.js';
import { LogStore } from './log-store.js';

// Real services on a machine that may be busy.
jest.setTimeout(60_000);

const postgres = withPostgres();
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const vkey = formatVkey('privity.test/log', publicKey);
const logged: string[] = [];

let database: ServiceDatabase;
let dataSource: DataSource;
let store: LogStore;
let publisher: CheckpointPublisher;
let otherPublisher: CheckpointPublisher;
let replicaOf: (name: string, of?: LogStore) => CheckpointPublisher;
const open: DataSource[] = [];
const folders: string[] = [];

async function connect(to = database): Promise<DataSource> {
  const source = new DataSource({ type: 'postgres', url: to.serviceUrl, poolSize: 4 });
  open.push(source);
  return source.initialize();
}

beforeEach(async () => {
  database = await postgres.forService(migrate);
  dataSource = await connect();
  store = new LogStore(dataSource);
  const log = new JsonLog('audit', (line) => void logged.push(line));
  const folder = mkdtempSync(join(tmpdir(), 'privity-log-'));
  folders.push(folder);
  replicaOf = (name, of = store) => {
    const signer = new LogSigner(privateKey, parseVkey(vkey));
    return new CheckpointPublisher(of, signer, new LastSigned(join(folder, name)), log, new Readiness('audit'));
  };
  publisher = replicaOf('one');
  otherPublisher = replicaOf('other');
});

afterAll(async () => {
  await Promise.all(open.map((source) => source.destroy()));
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Consecutive events of one shard, as a service's store writes them. */
function batch(shard: number, from: number, count: number, source = '/privity/routing'): EventBatch {
  const events = Array.from({ length: count }, (_, i): StreamEvent => {
    const position = from + i;
    const id = uuidv7();
    const text = `{"specversion":"1.0","id":"${id}","source":"${source}","type":"routing.CallConnected","subject":"call-é-${i}","data":{"at":"2026-11-23T10:00:00.000Z"},"sequence":"1","shard":${shard},"position":"${position}"}`;
    const envelope = parseEnvelope(text);
    return { source, shard, position, id, previd: undefined, type: envelope.type, envelope, text, offset: undefined };
  });
  return { source, shard, events };
}

const apply = (events: EventBatch, through = dataSource) =>
  through.transaction((manager) => integrate(events, manager));

/** Recomputes the log from its bytes, as an outsider does. */
async function recomputed(): Promise<{ rootOk: boolean; size: number }> {
  const { note, size } = await publisher.publish();
  const bundles: Buffer[] = [];
  for (let index = 0; index * 256 < size; index++) bundles.push(await store.readBundle(index, 256));
  return verifyLog({ checkpoint: note, vkey, bundles });
}

describe('integration', () => {
  it('puts every event of a batch into the log, once, though the batch comes again', async () => {
    const events = batch(3, 1, 600);
    await apply(events);
    await apply(events);
    await apply({ ...events, events: events.events.slice(300) });
    expect(await recomputed()).toMatchObject({ size: 600, rootOk: true });
    expect(await store.coverage()).toEqual([{ source: '/privity/routing', shard: 3, position: 600, entries: 600 }]);
  });

  it('adds what is new of a batch that is partly known', async () => {
    const events = batch(0, 1, 10);
    await apply({ ...events, events: events.events.slice(0, 4) });
    await apply(events);
    expect(await recomputed()).toMatchObject({ size: 10, rootOk: true });
  });

  it('leaves nothing behind when its transaction does not commit, and goes on after a restart', async () => {
    await apply(batch(0, 1, 300));
    const events = batch(1, 1, 300);
    const crash = dataSource.transaction(async (manager) => {
      await integrate(events, manager);
      throw new Error('the process dies before the commit');
    });
    await expect(crash).rejects.toThrow('dies');
    expect(await recomputed()).toMatchObject({ size: 300, rootOk: true });
    await apply(events, await connect());
    expect(await recomputed()).toMatchObject({ size: 600, rootOk: true });
  });

  it('by two integrators at once still gives each event one index and the log one root', async () => {
    const other = await connect();
    const batches = Array.from({ length: 12 }, (_, shard) => batch(shard, 1, 97));
    await Promise.all(batches.flatMap((events) => [apply(events, dataSource), apply(events, other)]));
    expect(await recomputed()).toMatchObject({ size: 12 * 97, rootOk: true });
    expect((await store.coverage()).every(({ position, entries }) => position === 97 && entries === 97)).toBe(true);
  });

  it('stops at another event in a known place', async () => {
    await apply(batch(0, 1, 5));
    await expect(apply(batch(0, 3, 1))).rejects.toMatchObject({ code: 'log-entry-differs' });
    expect(await store.head()).toMatchObject({ size: 5 });
  });

  it('takes the bytes as they are', async () => {
    const events = batch(0, 1, 3);
    await apply(events);
    const tree = new CompactTree();
    events.events.forEach(({ text }) => tree.append(leafHash(Buffer.from(text, 'utf8'))));
    expect((await store.head()).root).toEqual(tree.root());
  });
});

describe('what is in the log', () => {
  const statements = [
    `update transparency_log.entry set text = 'x'`,
    'delete from transparency_log.entry',
    'truncate transparency_log.entry',
    `update transparency_log.checkpoint set note = 'x'`,
    'delete from transparency_log.checkpoint',
    'update transparency_log.head set size = size - 1',
    'delete from transparency_log.head',
    `update transparency_log.tile set hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0))`,
    'update transparency_log.tile set hashes = substring(hashes for 32)',
    'truncate transparency_log.tile',
  ];

  it.each(statements)('cannot be changed by the owner either: %s', async (statement) => {
    await apply(batch(0, 1, 5));
    await publisher.publish();
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
    // Where ordinary triggers sleep.
    await owner.query('set session_replication_role = replica');
    await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
    await owner.end();
    await expect(dataSource.query(statement)).rejects.toMatchObject({ code: '42501' });
    expect(await recomputed()).toMatchObject({ size: 5, rootOk: true });
  });
});

describe('checkpoints', () => {
  it('are signed, cover what was integrated, and continue each other', async () => {
    const sizes = [1, 255, 700];
    const notes: string[] = [];
    let position = 1;
    for (const count of sizes) {
      await apply(batch(0, position, count));
      position += count;
      notes.push((await publisher.publish()).note);
    }
    const [first, second, third] = notes.map((note) => openCheckpoint(note, vkey));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three were signed');
    expect([first.size, second.size, third.size]).toEqual([1, 256, 956]);
    for (const [older, newer] of [
      [first, second],
      [second, third],
    ] as const) {
      const proof = await consistencyProof(older.size, newer.size, store.readTiles);
      verifyConsistency({ size1: older.size, size2: newer.size, root1: older.root, root2: newer.root, proof });
    }
  });

  it('let every entry be proven from tiles', async () => {
    await apply(batch(0, 1, 520));
    const { size, note } = await publisher.covering(519);
    for (const index of [0, 255, 256, 511, 519]) {
      const [row] = await dataSource.query('select text from transparency_log.entry where log_index = $1', [index]);
      const hashes = await inclusionProof(index, size, store.readTiles);
      const proof = formatTlogProof({ index, hashes, checkpoint: note });
      expect(verifyTlogProof(proof, row.text, vkey)).toMatchObject({ index, size: 520 });
      expect(() => verifyTlogProof(proof, `${row.text} `, vkey)).toThrow();
    }
  });

  it('by two replicas at once are one', async () => {
    await apply(batch(0, 1, 50));
    const notes = await Promise.all([publisher.publish(), otherPublisher.publish(), otherPublisher.latest()]);
    expect(new Set(notes.map(({ note }) => note)).size).toBe(1);
  });

  it('are not signed over tiles that somebody altered behind the triggers', async () => {
    await apply(batch(0, 1, 300));
    await publisher.publish();
    await alterEdge();
    await apply(batch(0, 301, 1));
    await expect(publisher.publish()).rejects.toMatchObject({ code: 'log-inconsistent' });
    await expect(publisher.covering(300)).rejects.toMatchObject({ code: 'log-inconsistent' });
    expect((await publisher.latest()).size).toBe(300);
    expect(logged.filter((line) => line.includes('log-inconsistent'))).toHaveLength(1);
  });
});

describe('a restored log', () => {
  it('is not signed while it is shorter, nor when it grew again in another order', async () => {
    const [first, second] = [batch(0, 1, 20), batch(1, 1, 20)];
    await apply(first);
    await apply(second);
    await publisher.publish();
    // Nothing of the database is left; the file beside the key is.
    const restored = await connect(await postgres.forService(migrate));
    const again = replicaOf('one', new LogStore(restored));
    await apply(second, restored);
    await expect(again.publish()).rejects.toMatchObject({ code: 'log-inconsistent' });
    await apply(first, restored);
    await expect(again.publish()).rejects.toMatchObject({ code: 'log-inconsistent' });
    await apply(batch(2, 1, 5), restored);
    await expect(again.publish()).rejects.toMatchObject({ code: 'log-inconsistent' });
  });

  it('goes on being signed when it is what it was', async () => {
    const [first, second] = [batch(0, 1, 20), batch(1, 1, 20)];
    for (const events of [first, second]) await apply(events);
    const { note } = await publisher.publish();
    const restored = await connect(await postgres.forService(migrate));
    for (const events of [first, second]) await apply(events, restored);
    const again = replicaOf('one', new LogStore(restored));
    expect((await again.publish()).note).toBe(note);
    expect((await again.latest()).note).toBe(note);
    await apply(batch(2, 1, 5), restored);
    expect((await again.publish()).size).toBe(45);
  });
});

async function alterEdge(): Promise<void> {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`alter table transparency_log.tile disable trigger all;
    update transparency_log.tile set hashes = set_byte(hashes, 7, 255 - get_byte(hashes, 7)) where index = 1 and level = 0;
    alter table transparency_log.tile enable trigger all;`);
  await owner.end();
}
