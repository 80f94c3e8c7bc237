import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fallibleLine } from '@privity/event-store/contract';
import { DataSource } from 'typeorm';
import { type Ledger, openLedger } from '../contract/ledger.js';
import { run } from '../contract/script.js';
import { eventually, upTo } from '../contract/stage.js';
import { sourceOf } from '../names.js';
import { testPostgres } from '../test-bench/servers.js';
import { SqlCheckpoints } from './checkpoints.js';
import { CheckpointedSink, type CheckpointedSinkOptions } from './checkpointed-sink.js';

const context = 'test';
const source = sourceOf(context);
type Early = { text: string; offset: bigint };
const alive = () => Promise.resolve();

describe('checkpoint and effects in one transaction', () => {
  jest.setTimeout(60_000);
  let postgres: Awaited<ReturnType<typeof testPostgres>>;
  let ledger: Ledger;
  beforeAll(async () => {
    postgres = await testPostgres();
    ledger = await openLedger(postgres.url);
  }, 60_000);
  afterAll(async () => {
    await ledger.close();
    await postgres.stop();
  });

  const sink = (options: Partial<CheckpointedSinkOptions> = {}) =>
    new CheckpointedSink({
      consumer: 'counting',
      version: 1,
      checkpoints: new SqlCheckpoints(ledger.dataSource),
      knows: () => true,
      apply: (batch, manager) => ledger.countAll(batch, manager),
      onHalt: () => undefined,
      log: () => undefined,
      ...options,
    });
  const deliver = (shard: number, from: number, to: number) =>
    run(context, shard, from, to).map((text, n) => ({ text, offset: BigInt(from + n) * 10n }));

  it('a second consumer of the shard that comes late is told to seek, and has applied nothing', async () => {
    const [first, second] = [sink(), sink()];
    await first.open(source, 0);
    await second.open(source, 0);
    await first.accept(source, 0, deliver(0, 1, 5), alive);
    const verdict = await second.accept(source, 0, deliver(0, 1, 7), alive);
    expect(verdict).toEqual({ kind: 'moved', cursor: { position: 5, id: 'a-0-5', offset: 50n } });
    const again = await second.accept(source, 0, deliver(0, 1, 7), alive);
    expect(again).toMatchObject({ kind: 'continue', cursor: { position: 7 } });
    expect((await ledger.applied(context)).get(0)).toEqual(upTo(7));
  });

  it('two consumers that apply the same batch at the same moment apply it once', async () => {
    const both = [sink(), sink()];
    for (const one of both) await one.open(source, 1);
    const kinds = await Promise.all(both.map((one) => one.accept(source, 1, deliver(1, 1, 20), alive)));
    expect(kinds.map(({ kind }) => kind).sort()).toEqual(['continue', 'moved']);
    expect((await ledger.applied(context)).get(1)).toEqual(upTo(20));
  });

  it('waits for a database that is away, instead of halting', async () => {
    const line = await fallibleLine(ledger.database.serviceUrl);
    const dataSource = await new DataSource({
      type: 'postgres',
      url: line.url,
      poolErrorHandler: () => undefined,
    }).initialize();
    try {
      const one = sink({ checkpoints: new SqlCheckpoints(dataSource) });
      await one.open(source, 2);
      line.down();
      // One event: there is nothing smaller to try, so giving up would halt.
      const verdict = one.accept(source, 2, deliver(2, 1, 1), alive);
      setTimeout(() => line.restore(), 200);
      expect(await verdict).toMatchObject({ kind: 'continue', cursor: { position: 1 } });
      expect((await ledger.applied(context)).get(2)).toEqual([1]);
    } finally {
      await dataSource.destroy();
      await line.close();
    }
  });

  it.each([1, 3])(
    "that stood still until its shard is another's is told so, and halts nothing (%i events)",
    async (count) => {
      const shard = 7 + count;
      const left = Object.assign(new Error('The coordinator is not aware of this member'), { code: 25 });
      const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
      const one = sink({ apply: () => Promise.reject(away) });
      await one.open(source, shard);
      await expect(one.accept(source, shard, deliver(shard, 1, count), () => Promise.reject(left))).rejects.toBe(left);
      expect((await sink().open(source, shard)).halted).toBe(false);
    },
  );

  it('keeps nothing of what a handler says in its message', async () => {
    const secret = '212-555-0101';
    const one = sink({
      apply: () => Promise.reject(new Error(`no such number: ${secret}`)),
    });
    await one.open(source, 3);
    expect(await one.accept(source, 3, deliver(3, 1, 1), alive)).toMatchObject({ kind: 'halted' });
    await eventually(async () => {
      const rows: object[] = await ledger.dataSource.query('select * from event_stream.halt where shard = 3');
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain(secret);
    });
  });

  it('applies what continues the shard before it reports a gap or a fork', async () => {
    const one = sink();
    await one.open(source, 4);
    expect(await one.accept(source, 4, [...deliver(4, 1, 3), ...deliver(4, 5, 6)], alive)).toEqual({
      kind: 'gap',
      cursor: { position: 3, id: 'a-4-3', offset: 30n },
      found: 6,
    });
    expect((await ledger.applied(context)).get(4)).toEqual(upTo(3));
  });

  it('a connection that is lost between two statements of a transaction costs a repetition, not a halt', async () => {
    let lost = 0;
    const one = sink({
      apply: async (batch, manager) => {
        await ledger.countAll({ ...batch, events: batch.events.slice(0, 1) }, manager);
        if (lost++ === 0) {
          const [{ pid }] = await manager.query('select pg_backend_pid() as pid');
          await ledger.database.service.query('select pg_terminate_backend($1)', [pid]);
          await eventually(async () => expect(manager.queryRunner?.isReleased).toBe(true));
        }
        await ledger.countAll({ ...batch, events: batch.events.slice(1) }, manager);
      },
    });
    await one.open(source, 6);
    expect(await one.accept(source, 6, deliver(6, 1, 5), alive)).toMatchObject({
      kind: 'continue',
      cursor: { position: 5 },
    });
    expect(lost).toBe(2);
    expect((await ledger.applied(context)).get(6)).toEqual(upTo(5));
  });

  it('keeps the offset before an event that came too early, also over a restart, until that one is applied', async () => {
    const one = sink();
    await one.open(source, 5);
    const [first, second, third, fourth, fifth] = deliver(5, 1, 5) as [Early, Early, Early, Early, Early];
    const late = (event: Early, offset: bigint) => ({ ...event, offset });
    expect(await one.accept(source, 5, [first, second, fifth], alive)).toMatchObject({ kind: 'gap', found: 5 });
    const verdict = await one.accept(source, 5, [late(third, 60n), late(fourth, 70n)], alive);
    expect(verdict).toEqual({ kind: 'gap', cursor: { position: 4, id: 'a-5-4', offset: 49n }, found: 5 });
    const again = sink();
    expect((await again.open(source, 5)).cursor.offset).toBe(49n);
    expect(await one.accept(source, 5, [fifth, late(third, 60n)], alive)).toEqual({
      kind: 'continue',
      cursor: { position: 5, id: 'a-5-5', offset: 50n },
    });
    expect((await ledger.applied(context)).get(5)).toEqual(upTo(5));
  });
});
