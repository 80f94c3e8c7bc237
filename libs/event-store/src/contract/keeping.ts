import { beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { parseEnvelope } from '../envelope.js';
import { EventStore } from '../event-store.js';
import { checkImmutability } from '../immutability.js';
import { migrateEventStore } from '../migrate.js';
import { connected, newCall, SOURCE } from './calls.js';
import type { FreshStore } from './fresh-store.js';

const ODD = {
  unicode: 'žluťoučký кот 你好 \u{1F4DE} e\u0301 \u2028\u2029 \uFEFF \uFFFF',
  controls: '\u0001\b\t\n\u001e\u001f\u007f',
  quotes: `"'\\ \\u0000 \\ud800 {},"sequence":"9","shard":1} $$ %s`,
  spacing: '  two  and\ttab  ',
  numbers: [Number.MAX_SAFE_INTEGER, 1e21, 1.7976931348623157e308, 5e-324, 0.1, -0.5, 12345678901234567000],
  sequence: 'within data it is a name like any other',
  nested: { shard: 1, position: '2', previd: null, '': [[], {}, [null, true, false]] },
};

export function keeping(openFreshStore: () => Promise<FreshStore>): void {
  describe('keeping', () => {
    let fresh: FreshStore;
    let store: EventStore;
    beforeAll(async () => {
      fresh = await openFreshStore();
      store = await EventStore.open({ pool: fresh.service, source: SOURCE });
    });
    afterAll(async () => {
      await store.close();
      await fresh.drop();
    });

    it('gives out the bytes that went in', async () => {
      const stream = newCall();
      const { events } = await store.append(stream, 'any', [
        { type: 'routing.CallConnected', data: ODD },
        { type: 'routing.CallEnded', data: { text: 'é'.repeat(30_000) }, version: 3, actor: 'Zoë', correlationid: 'ž' },
      ]);
      for (const event of events) {
        const [stored] = await store.readShard(event.shard, event.position - 1, 1);
        expect(stored).toEqual(event);
        const { rows } = await fresh.service.query<{ event: Buffer }>(
          `select convert_to(event, 'UTF8') as event from event_store.event where shard = $1 and position = $2`,
          [event.shard, event.position],
        );
        expect(rows[0]?.event.equals(Buffer.from(event.text))).toBe(true);
      }
      expect(events[0]?.text).toContain(`"data":${JSON.stringify(ODD)},"sequence":"1"`);
      expect(parseEnvelope(events[0]?.text ?? '').data).toEqual(ODD);
      expect(parseEnvelope(events[1]?.text ?? '')).toMatchObject({
        actor: 'Zoë',
        dataschema: 'urn:privity:routing.CallEnded:3',
      });
    });

    for (const who of ['service', 'owner', 'admin'] as const) {
      for (const table of ['event', 'head', 'recovery']) {
        it(`refuses ${who} to UPDATE, DELETE and TRUNCATE ${table}`, async () => {
          await store.append(newCall(), 'any', [connected()]);
          const before = await fresh.admin.query(`select * from event_store.${table}`);
          const column = table === 'recovery' ? 'restored' : 'shard';
          for (const change of [
            `update event_store.${table} set ${column} = ${column}`,
            `update event_store.${table} set ${column} = ${column} where false`,
            `delete from event_store.${table}`,
            `truncate event_store.${table}`,
            `truncate event_store.${table} cascade`,
          ]) {
            const code = who === 'service' ? '42501' : 'PV003';
            await expect(fresh[who].query(change)).rejects.toMatchObject({ code });
          }
          expect((await fresh.admin.query(`select * from event_store.${table}`)).rows).toEqual(before.rows);
        });
      }
    }

    it('refuses the service to insert, to put back and to change the store', async () => {
      for (const statement of [
        `insert into event_store.event values (0, 1, 'x', 1, gen_random_uuid(), '{}')`,
        `insert into event_store.recovery values ('1', 1, 'x', now(), 0)`,
        `select event_store.restore(0, array['{}'])`,
        `alter table event_store.event disable trigger all`,
        `drop table event_store.event`,
        `create table event_store.mine (n int)`,
        `select from event_store.head for update`,
      ]) {
        await expect(fresh.service.query(statement)).rejects.toMatchObject({ code: '42501' });
      }
    });

    it('lets the service execute append and identity, and no other function', async () => {
      const { rows } = await fresh.service.query<{ name: string }>(
        `select proname as name from pg_proc
         where pronamespace = 'event_store'::regnamespace and has_function_privilege(oid, 'execute') order by 1`,
      );
      expect(rows.map((row) => row.name)).toEqual(['append', 'identity']);
    });

    it('brings a store up to date that was laid out before versions were read from the events', async () => {
      const copy = await fresh.copy();
      const service = new URL(copy.serviceUrl).username;
      await copy.owner.query(`
        create table event_store.stream (stream text collate "C" primary key, shard int not null, sequence int not null);
        create function event_store.append(
          text, int[], bigint[], uuid[], int[], int[], text[], bigint[], uuid[], text[]) returns int language sql as 'select 1';
        drop function event_store.append(
          text, int[], bigint[], uuid[], int[], int[], bigint[], text[], uuid[], text[])`);
      const owner = await copy.owner.connect();
      for (let times = 0; times < 2; times++) await migrateEventStore(owner, { serviceRole: service });
      owner.release();
      const { rows } = await copy.owner.query<{ functions: number; table: string | null }>(
        `select count(*)::int as functions, to_regclass('event_store.stream') as table from pg_proc
         where pronamespace = 'event_store'::regnamespace and proname = 'append'`,
      );
      expect(rows).toEqual([{ functions: 1, table: null }]);
      const updated = await EventStore.open({ pool: copy.service, source: SOURCE });
      const stream = newCall();
      await updated.append(stream, 'no stream', [connected()]);
      expect(await updated.append(stream, 1, [connected()])).toMatchObject({ version: 2 });
      expect(await checkImmutability(copy.service)).toEqual([]);
      await updated.close();
      await copy.drop();
    });

    it('refuses changes also as a replica, where ordinary triggers sleep', async () => {
      const client = await fresh.admin.connect();
      await client.query(`set session_replication_role = replica`);
      await expect(client.query('delete from event_store.event')).rejects.toMatchObject({ code: 'PV003' });
      client.release(true);
    });

    it('names each trigger that is missing, disabled or hollow', async () => {
      expect(await checkImmutability(fresh.service)).toEqual([]);
      const copy = await fresh.copy();
      await copy.owner.query('drop trigger event_refuses_delete on event_store.event');
      await copy.owner.query('alter table event_store.head disable trigger head_refuses_truncate');
      await copy.owner.query('alter table event_store.recovery enable replica trigger recovery_refuses_delete');
      expect(await checkImmutability(copy.service)).toEqual([
        'trigger event_refuses_delete is missing',
        'trigger head_refuses_truncate is disabled',
        'trigger recovery_refuses_delete is disabled',
      ]);
      await copy.owner.query(
        `create or replace function event_store.refuse_change() returns trigger language plpgsql as 'begin return null; end'`,
      );
      expect(await checkImmutability(copy.service)).toContain(
        'trigger event_refuses_update does not refuse: its function was changed',
      );
      await copy.owner.query('grant delete on event_store.event to public');
      expect((await checkImmutability(copy.service)).join()).toContain('may DELETE event_store.event');
      await copy.drop();
    });

    it('names what could make an append answer for an event that it does not keep', async () => {
      const copy = await fresh.copy();
      await copy.owner.query(`
        create function public.swallow() returns trigger language plpgsql as 'begin return null; end';
        create trigger swallow before insert on event_store.event for each row execute function public.swallow();
        create rule divert as on insert to event_store.event do instead nothing`);
      expect(await checkImmutability(copy.service)).toEqual([
        'trigger swallow on event does not belong there',
        'rule divert on event does not belong there',
      ]);
      await copy.drop();
    });
  });
}
