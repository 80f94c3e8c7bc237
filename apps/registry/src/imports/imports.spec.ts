import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import type { EventEnvelope } from '@privity/event-store';
import { SHARDS, unseal } from '@privity/kernel';
import { ProtectionView, readRegistryEvent } from '@privity/registry';
import type { AttorneyListed } from '@privity/registry';
import { FileKeyRing, Spool, SubjectKeys } from '@privity/service';
import { BlindIndexer } from '@privity/kernel';
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Installation } from '../testing/installation.js';
import { importFile, reportOf, sendFile } from '../testing/requests.js';

const samples = join(import.meta.dirname, '../../../../samples/legacy-export');
const rollHeader = 'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3,ADMITTED';
const listHeader = 'PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE';

describe('imports', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  describe('of the sample export', () => {
    it('protect exactly the numbers that an independent reading of the files gives', async () => {
      const roll = await importFile(place, 'bar-roll', readFileSync(join(samples, 'bar_roll.csv')));
      const list = await importFile(place, 'do-not-record', readFileSync(join(samples, 'do_not_record.csv')));
      const expected = expectedNumbers();
      const members = new Set(rows('bar_roll.csv').map((row) => `${row['BAR_STATE']} ${row['BAR_NO']}`));

      expect(roll).toMatchObject({ state: 'applied', rows: 255, added: members.size, ended: 0, rejected: [] });
      expect(roll.unchanged).toBe(255 - members.size);
      expect(list).toMatchObject({ state: 'applied', rows: 306, ended: 0, rejected: [] });
      expect(list.added + list.unchanged).toBe(306);

      const view = await viewOf(place);
      expect(view.count).toBe(expected.size);
      const indexer = indexerOf(place);
      for (const number of expected) expect(view.find(indexer.candidates(number))).toBeDefined();
    }, 60_000);

    it('know a hotline by its note', async () => {
      const view = await viewOf(place);
      const indexer = indexerOf(place);
      const noted = (note: string) =>
        rows('do_not_record.csv')
          .filter((row) => row['NOTE'] === note)
          .map((row) => view.find(indexer.candidates(`+1${digits(row['PHONE'] ?? '')}`))?.category);
      expect(noted('PREA HOTLINE')).toEqual(['hotline', 'hotline']);
      expect(new Set(noted('CONSULATE'))).toEqual(new Set(['consulate']));
    });

    it('change nothing when the same file comes again', async () => {
      const before = await eventsOf(place);
      const file = readFileSync(join(samples, 'bar_roll.csv'));
      const first = await importFile(place, 'bar-roll', file);
      const again = await importFile(place, 'bar-roll', file);
      expect(again).toEqual(first);
      expect(await eventsOf(place)).toHaveLength(before.length);
    });

    it('change nothing when the same list comes in another file', async () => {
      const before = await eventsOf(place);
      const list = readFileSync(join(samples, 'do_not_record.csv'), 'utf8');
      const again = await importFile(place, 'do-not-record', list.replaceAll('\n', '\r\n'));
      expect(again).toMatchObject({ state: 'applied', rows: 306, added: 0, unchanged: 306 });
      const added = (await eventsOf(place)).slice(before.length);
      expect(added.map((event) => event.type)).toEqual(['registry.ListImported']);
    });

    it('leave no number and no name readable in any event, log line or spool', async () => {
      const texts = (await eventsOf(place)).map((event) => JSON.stringify(event)).join('\n') + place.log.join('\n');
      for (const number of expectedNumbers()) expect(texts).not.toContain(number.slice(2));
      for (const { BAR_NO, LAST } of rows('bar_roll.csv')) {
        expect(texts).not.toContain(BAR_NO);
        if ((LAST ?? '').length > 6) expect(texts).not.toContain(LAST);
      }
      const { folder } = place.registry.app.get(Spool);
      expect(await readdir(folder)).toEqual([]);
      // Not where others could make it first, or go through it.
      expect(dirname(dirname(folder))).toBe(place.keys.services.registry);
      expect((await stat(folder)).mode & 0o077).toBe(0);
    });
  });

  it('leave no file behind where they cannot begin', async () => {
    await place.query('revoke insert on import_report from registry_service');
    await expect(sendFile(place, 'do-not-record', `${listHeader}\n2125550199,Y,Y,*,,,\n`)).rejects.toThrow('500');
    await place.query('grant insert on import_report to registry_service');
    expect(await readdir(place.registry.app.get(Spool).folder)).toEqual([]);
  });

  describe('of a bad file', () => {
    const good = '2125550101,Y,Y,*,01/01/2020,,';
    // Longer than a batch and than a chunk of the file, so that good rows were read before the fault is.
    const many = `${good}\n`.repeat(5000);
    it.each<[string, string, string | Uint8Array<ArrayBuffer>, { code: string; field?: string; line?: number }]>([
      [
        'a missing column',
        'do-not-record',
        `PHONE,DNR,PRIV,SITE\n${good}\n`,
        { code: 'csv-column-missing', field: 'ADDED_DT', line: 1 },
      ],
      ['the other kind of list', 'bar-roll', `${listHeader}\n${good}\n`, { code: 'csv-wrong-kind', field: 'kind' }],
      [
        'semicolons between its fields',
        'do-not-record',
        `${listHeader}\n${good}\n`.replaceAll(',', ';'),
        { code: 'csv-delimiter', line: 1 },
      ],
      ['a truncated quote', 'do-not-record', `${listHeader}\n${many}"2125550102,Y,Y`, { code: 'csv-broken-quote' }],
      [
        'no text in it',
        'do-not-record',
        latin1(`${listHeader}\n${many}2125550102,Y,Y,*,,,Jos\u00e9\u0000\n`),
        { code: 'csv-not-utf8', line: 5002 },
      ],
      ['nothing in it', 'do-not-record', '', { code: 'csv-empty', line: 1 }],
    ])('with %s fails, says where, and applies nothing', async (_name, kind, content, problem) => {
      const before = await eventsOf(place);
      const report = await importFile(place, kind, content);
      expect(report).toMatchObject({ state: 'failed', rows: 0, added: 0, problem });
      expect(report.problem?.detail).not.toContain('212555');
      expect(await eventsOf(place)).toHaveLength(before.length);
    });

    it('of old Windows programs is read as what it is, with its names', async () => {
      const roll = `${rollHeader}\nNY,66666666,Jos\u00e9,Ana,Active,,2125550156,,,\n`;
      const report = await importFile(place, 'bar-roll', latin1(roll), 'old-windows');
      expect(report).toMatchObject({ state: 'applied', encoding: 'windows-1252', added: 1, rejected: [] });
      const listed = (await eventsOf(place)).findLast(({ type }) => type === 'registry.AttorneyListed');
      const { attorney, person } = listed?.data as AttorneyListed['data'];
      const key = await place.registry.app.get(SubjectKeys).find(person.kid);
      expect(JSON.parse(unseal(person, key, `${attorney}:person`) as string)).toMatchObject({ last: 'Jos\u00e9' });
    });

    it('with a cell of a million characters keeps what can be kept, and says which', async () => {
      const long = 'x'.repeat(1_000_000);
      const row = `NY,77777770,${long},Ana,Active,,2125550157,,,`;
      const report = await importFile(place, 'bar-roll', [rollHeader, row, row.replace('77777770', long)].join('\n'));
      expect(report).toMatchObject({ state: 'failed', problem: { code: 'csv-record-too-long', line: 3 } });
      const again = await importFile(place, 'bar-roll', [rollHeader, row].join('\n'), 'long-cells');
      expect(again).toMatchObject({ state: 'applied', added: 1 });
      expect(again.rejected).toEqual([{ line: 2, field: 'LAST', reason: 'too-long' }]);
      const view = await viewOf(place);
      expect(view.find(indexerOf(place).candidates('+12125550157'))).toBeDefined();
    });

    it('with bad rows names line, field and reason, and applies the good ones', async () => {
      const lines = [
        rollHeader,
        'NY,11111111,Ng,"Ana\nMaria",Active,,212-555-0150,555-0123,,01/01/2020',
        'NY,,Ng,Bo,Active,,2125550151,,,',
        'NY,33333333,Ng,Cy,on leave,,2125550152,,,',
        'NY,44444444,Ng,Di,ACTIVE',
        'NY,55555555,Ng,Ed,Disbarred,,2125550153,,,',
      ];
      const report = await importFile(place, 'bar-roll', lines.join('\r\n'), 'bad-rows');
      expect(report).toMatchObject({ state: 'applied', rows: 5, added: 4, unchanged: 0, rejectedCount: 4 });
      expect(report.rejected).toEqual([
        { line: 2, field: 'PHONE2', reason: 'too-short' },
        { line: 4, field: 'BAR_NO', reason: 'empty' },
        { line: 5, field: 'STATUS', reason: 'unknown-status' },
        { line: 6, field: '(line)', reason: 'field-count' },
      ]);
      const view = await viewOf(place);
      const known = (number: string) => view.find(indexerOf(place).candidates(number)) !== undefined;
      expect(['+12125550150', '+12125550151', '+12125550152', '+12125550153'].map(known)).toEqual([
        true,
        true,
        false,
        false,
      ]);
    });
  });

  it('know a number under either flag, at any site, whatever its dates (T2, T3, T6)', async () => {
    const lines = [
      '2125550160,N,Y,*,01/01/2020,,',
      '2125550161,Y,N,*,01/01/2020,,',
      '2125550162,Y,Y,NY01,01/01/2020,,',
      '2125550163,Y,Y,*,01/01/2020,03/15/2025,MIGRATED v6->v7',
      '2125550164,Y,,*,13/45/2020,,',
      '(212)555-0165 x34,,Y,*,01/01/2099,,',
    ];
    await importFile(place, 'do-not-record', [listHeader, ...lines].join('\n'));
    const view = await viewOf(place);
    const now = new Date().toISOString();
    for (let n = 0; n < 6; n += 1) {
      const protection = view.find(indexerOf(place).candidates(`+1212555016${n}`));
      expect(protection).toBeDefined();
      expect((protection?.since ?? '9') < now).toBe(true);
    }
  });

  it('follow a status that a later roll changes, and end no protection', async () => {
    const member = (status: string, phone: string) => `${rollHeader}\nME,77777777,Roy,Al,${status},,${phone},,,\n`;
    await importFile(place, 'bar-roll', member('Active', '2075550170'));
    const later = await importFile(place, 'bar-roll', member('DISBARRED', '2075550171'));
    expect(later).toMatchObject({ added: 1 });
    const changed = (await eventsOf(place)).filter(({ type }) => type === 'registry.AttorneyListingChanged');
    expect(changed.at(-1)?.data).toMatchObject({ status: { from: 'active', to: 'disbarred' } });
    const view = await viewOf(place);
    const known = (number: string) => view.find(indexerOf(place).candidates(number)) !== undefined;
    expect(['+12075550170', '+12075550171'].map(known)).toEqual([true, false]);
  });

  it('that a stop interrupted say so, and go on when the same file comes again', async () => {
    const numbers = Array.from({ length: 3000 }, (_, n) => `30255${String(n).padStart(5, '0')},Y,Y,*,,,`);
    const file = [listHeader, ...numbers].join('\n');
    const importId = await sendFile(place, 'do-not-record', file, 'stopped');
    await place.registry.close();
    const stateNow = () => place.query('select state from import_report where import_id = $1', [importId]);
    expect(await stateNow()).toEqual([{ state: 'failed' }]);
    // As a process leaves it that is killed.
    await place.query(`update import_report set state = 'reading', problem = null where import_id = $1`, [importId]);
    await place.boot();
    const stopped = await reportOf(place, importId);
    expect(stopped).toMatchObject({ state: 'failed', problem: { code: 'import-interrupted' } });
    const resumed = await importFile(place, 'do-not-record', file, 'stopped');
    expect(resumed.problem).toBeUndefined();
    expect(resumed).toMatchObject({ importId, state: 'applied', rows: 3000 });
    expect(resumed.added + resumed.unchanged).toBe(3000);
    const told = (await eventsOf(place)).filter(({ subject }) => subject === `import-${importId}`);
    expect(told).toHaveLength(1);
  }, 60_000);

  it('that were ended for a replica thought dead are not read on by it', async () => {
    const numbers = Array.from({ length: 6000 }, (_, n) => `30257${String(n).padStart(5, '0')},Y,Y,*,,,`);
    const importId = await sendFile(place, 'do-not-record', [listHeader, ...numbers].join('\n'));
    const mark = `update import_report set state = 'failed' where import_id = $1 and rows > 0 returning rows`;
    while ((await place.query(mark, [importId])).length === 0);
    // The next file is read after this one.
    await importFile(place, 'do-not-record', `${listHeader}\n2125550181,Y,Y,*,,,`);
    expect(await reportOf(place, importId)).toMatchObject({ state: 'failed' });
    expect((await eventsOf(place)).filter(({ subject }) => subject === `import-${importId}`)).toEqual([]);
  }, 60_000);

  it('are for registrars, and answer 404 for an id nobody has', async () => {
    const url = `${place.registry.url}/api/registry/imports`;
    const as = async (...roles: Parameters<Installation['token']>) => ({
      authorization: `Bearer ${await place.token(...roles)}`,
    });
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    expect((await fetch(url, { method: 'POST', headers: await as('dialler') })).status).toBe(403);
    for (const id of ['x', '0190f3a0-0000-7000-8000-000000000001']) {
      expect((await fetch(`${url}/${id}`, { headers: await as('registrar') })).status).toBe(404);
    }
  });

  it('run one after another', async () => {
    const one = await sendFile(place, 'do-not-record', `${listHeader}\n2125550180,Y,Y,*,,,`);
    const other = await sendFile(place, 'do-not-record', `${listHeader}\n2125550180,Y,Y,*,,,CLERGY`);
    expect(await reportOf(place, one)).toMatchObject({ added: 1 });
    expect(await reportOf(place, other)).toMatchObject({ added: 1 });
  });
});

/** In order of shard and position. */
async function eventsOf(place: Installation): Promise<EventEnvelope[]> {
  const store = place.registry.app.get(EventStore);
  const events: EventEnvelope[] = [];
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const { length } = events;
    for (let page = await store.readShard(shard, 0, 1000); page.length > 0;) {
      events.push(...page.map(({ text }) => parseEnvelope(text)));
      page = await store.readShard(shard, events.length - length, 1000);
    }
  }
  return events.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

async function viewOf(place: Installation): Promise<ProtectionView> {
  const view = new ProtectionView(FileKeyRing.open(place.keys.index).current('view-digest').key);
  const events = (await eventsOf(place)).sort((a, b) => Number(a.position) - Number(b.position));
  for (const event of events) view.apply(event.shard, Number(event.position), event.id, readRegistryEvent(event));
  return view;
}

function indexerOf(place: Installation): BlindIndexer {
  return new BlindIndexer(FileKeyRing.open(place.keys.index), 'number-index');
}

/** The rule of the export's notes, read here without any of Privity's code. */
function expectedNumbers(): Set<string> {
  const active = rows('bar_roll.csv').filter((row) => row['STATUS']?.trim().toLowerCase() === 'active');
  const phones = [
    ...active.flatMap((row) => [row['PHONE1'], row['PHONE2'], row['PHONE3']]),
    ...rows('do_not_record.csv').map((row) => row['PHONE']),
  ];
  return new Set(
    phones
      .map((phone) => digits(phone ?? ''))
      .filter((d) => d !== '')
      .map((d) => `+1${d}`),
  );
}

function digits(text: string): string {
  return text
    .replace(/x\s*\d+$/, '')
    .replace(/\D/g, '')
    .replace(/^1(?=\d{10}$)/, '');
}

function rows(file: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(join(samples, file), 'utf8')
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => {
    const cells = (line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []).map((cell) =>
      cell.replace(/,$/, '').replace(/^"|"$/g, ''),
    );
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
