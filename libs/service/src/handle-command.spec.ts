import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStore, migrateEventStore } from '@privity/event-store';
import type { Decider, DomainEvent } from '@privity/kernel';
import { withPostgres } from '@privity/testing';
import pg from 'pg';
import { handleCommand } from './handle-command.js';

jest.setTimeout(60_000);
const postgres = withPostgres();

type Named = DomainEvent<'registry.Named', { readonly name: string }>;

/** A name is told once; to say that there is none tells nothing. */
const naming: Decider<readonly string[], { readonly name: string }, Named> = {
  initialState: () => [],
  decide: ({ name }, names) =>
    name === '' || names.includes(name) ? [] : [{ type: 'registry.Named', data: { name } }],
  evolve: (names, { data }) => [...names, data.name],
};

describe('a command to a stream that is probably new', () => {
  let pool: pg.Pool;
  let store: EventStore;
  beforeAll(async () => {
    pool = new pg.Pool({ connectionString: (await postgres.forService(migrateEventStore)).serviceUrl });
    store = await EventStore.open({ pool, source: '/privity/registry' });
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await pool?.end();
  }, 60_000);

  const say = (stream: string, name: string) => handleCommand(store, naming, stream, { name }, { probablyNew: true });

  it('needs no reading', async () => {
    const read = jest.spyOn(store, 'readStream');
    expect(await say('name-1', 'a')).toMatchObject({ version: 1, events: [{ data: { name: 'a' } }] });
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });

  it('is decided on what is there where that was wrong', async () => {
    await say('name-2', 'a');
    expect(await say('name-2', 'a')).toMatchObject({ version: 1, events: [] });
    expect(await say('name-2', 'b')).toMatchObject({ version: 2, events: [{ data: { name: 'b' } }] });
    expect(await say('name-2', '')).toMatchObject({ version: 2, events: [] });
    expect((await store.readStream('name-2')).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
});
