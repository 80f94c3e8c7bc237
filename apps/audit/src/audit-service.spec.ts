import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { EventStore, migrateEventStore, type NewEvent, type RecordedEvent } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream';
import { uuidv7 } from '@privity/kernel';
import { freePort } from '@privity/one-machine';
import { bootService, JsonLog, type BootedService, type ContextName, type Role } from '@privity/service';
import { TestInstallation } from '@privity/service/testing';
import { withPostgres, type Migrate } from '@privity/testing';
import { decodeBundle, openCheckpoint, verifyLog, verifyTlogProof } from '@privity/transparency-log';
import { AuditModule } from './audit.module.js';
import { subscriptions } from './events/subscriptions.js';
import { migrate } from './migrations/index.js';

// The other three services are their real stores and feeds, without what decides in them: the audit service takes
// nothing from a service but its events.
@Module({})
class StoreOnly {}

const migrateStore: Migrate = async (owner, options) => {
  await migrateEventStore(owner, options);
  await migrateEventStream(owner, options);
};

const postgres = withPostgres();
const names: ContextName[] = ['registry', 'routing', 'recording', 'audit'];
const services = new Map<ContextName, BootedService>();
const output: string[] = [];
let installation: TestInstallation;
let bootAudit: () => Promise<BootedService>;

beforeAll(async () => {
  installation = new TestInstallation();
  const ports = new Map<ContextName, number>();
  for (const name of names) ports.set(name, await freePort());
  const urls = Object.fromEntries([...ports].map(([name, port]) => [name, `http://127.0.0.1:${port}`]));
  const configFor = async (name: ContextName) => {
    const { serviceUrl } = await postgres.forService(name === 'audit' ? migrate : migrateStore);
    const more = { PRIVITY_PORT: String(ports.get(name)) };
    return installation.config(name, { databaseUrl: serviceUrl, services: urls, more });
  };
  const log = (name: ContextName) => new JsonLog(name, (line) => void output.push(line));
  for (const name of ['registry', 'routing', 'recording'] as const) {
    services.set(name, await bootService({ name, module: StoreOnly }, await configFor(name), log(name)));
  }
  const config = await configFor('audit');
  bootAudit = () => bootService({ name: 'audit', module: AuditModule, subscriptions }, config, log('audit'));
  services.set('audit', await bootAudit());
}, 120_000);

afterAll(async () => {
  for (const service of [...services.values()].reverse()) await service.close();
  installation.remove();
}, 60_000);

async function record(context: ContextName, stream: string, ...events: NewEvent[]): Promise<readonly RecordedEvent[]> {
  const store = services.get(context)?.app.get(EventStore);
  if (store === undefined) throw new Error(`${context} does not run`);
  return (await store.append(stream, 'any', events)).events;
}

async function get(path: string, roles?: readonly Role[], facility?: string): Promise<Response> {
  const token = roles && (await installation.token('dana', roles, facility === undefined ? {} : { facility }));
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${services.get('audit')?.url}${path}`, { headers });
}

/** Asks again until the answer is as wanted: events take a moment. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; await pause(50)) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > deadline) return answer;
  }
}

const decided = (over: object): NewEvent => ({
  type: 'routing.CallDecided',
  data: { facility: 'NY-1', outcome: 'connect', recording: 'off', reasons: [], notices: [], ...over },
});
const started = (recording: string, decision: string, dialed: string): NewEvent => ({
  type: 'recording.RecordingStarted',
  data: { recording, call: 'call-x', decision, facility: 'NY-1', caller: 'e1.c', dialed },
});
const granted = (recording: string): NewEvent => ({
  type: 'recording.PlaybackGranted',
  actor: 'marlow',
  data: { recording, playback: uuidv7(), purpose: 'case', caseNumber: '7' },
});
const refused = (recording: string, reason: string): NewEvent => ({
  type: 'recording.PlaybackRefused',
  actor: 'marlow',
  data: { recording, reason, purpose: 'curiosity' },
});
const sealed = (recording: string): NewEvent => ({
  type: 'recording.RecordingSealed',
  data: { recording, reason: 'number-protected', cause: uuidv7() },
});

interface Finding {
  kind: string;
  about: string;
  evidence: string;
}
const findings = async (about: string): Promise<Finding[]> => {
  const body = (await (await get('/api/findings?limit=1000', ['auditor'])).json()) as { findings: Finding[] };
  return body.findings.filter((finding) => finding.about === about);
};
const accesses = async (recording: string, roles: Role[], facility?: string): Promise<{ kind: string }[]> => {
  const answer = await get(`/api/audit/accesses?recording=${recording}`, roles, facility);
  return ((await answer.json()) as { accesses: { kind: string }[] }).accesses;
};

describe('the log', () => {
  const vkey = () => readFileSync(join(installation.keys.trust, 'log.vkey'), 'utf8');

  it('proves every event of every service to whoever has its bytes and the public key', async () => {
    const recorded = [
      ...(await record('registry', 'import-1', { type: 'registry.ListImported', data: { importId: '1' } })),
      ...(await record('routing', 'call-1', decided({}), { type: 'routing.CallConnected', data: { at: 'x' } })),
      ...(await record('recording', 'media-call-1', { type: 'recording.NoMediaAttested', data: { call: 'call-1' } })),
      ...(await record('audit', 'finding-x', {
        type: 'audit.FindingRaised',
        data: { kind: 'media-refused', evidence: 'e', about: 'x', detail: 'd' },
      })),
    ];
    for (const { id, text } of recorded) {
      const answer = await until(
        () => get(`/api/audit/events/${id}/proof`, ['investigator']),
        ({ status }) => status === 200,
      );
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      const proof = await answer.text();
      expect(verifyTlogProof(proof, text, vkey())).toMatchObject({ origin: 'privity.local/log' });
      expect(() => verifyTlogProof(proof, text.replace('1', '2'), vkey())).toThrow();
      expect(await (await get(`/api/audit/events/${id}`, ['auditor'])).text()).toBe(text);
    }
  });

  it('is public as to checkpoint and hashes, and can be recomputed by those who may read entries', async () => {
    const checkpoint = await (await get('/log/checkpoint')).text();
    const { size } = openCheckpoint(checkpoint, vkey());
    expect(size).toBeGreaterThan(0);
    const tile = await get(`/log/tile/0/000.p/${size}`);
    expect((await tile.arrayBuffer()).byteLength).toBe(size * 32);
    expect(tile.headers.get('cache-control')).toContain('immutable');
    const bundle = Buffer.from(await (await get(`/log/tile/entries/000.p/${size}`, ['auditor'])).arrayBuffer());
    expect(decodeBundle(bundle)).toHaveLength(size);
    expect(await verifyLog({ checkpoint, vkey: vkey(), bundles: [bundle] })).toMatchObject({ size, rootOk: true });
  });

  it('counts what it has of each source', async () => {
    const { shards, size, signed } = (await (await get('/api/audit/log', ['operator'])).json()) as {
      size: number;
      signed: number;
      shards: { source: string; position: number; entries: number }[];
    };
    expect(shards.reduce((sum, { entries }) => sum + entries, 0)).toBe(size);
    expect(shards.every(({ position, entries }) => position === entries)).toBe(true);
    expect(signed).toBeGreaterThan(0);
  });

  it.each([
    ['/log/tile/entries/000.p/1', undefined, 401],
    ['/log/tile/entries/000.p/1', ['investigator'], 403],
    ['/log/tile/0/001', undefined, 404],
    ['/log/tile/0/000', undefined, 404],
    ['/log/tile/0/0', undefined, 404],
    ['/log/tile/0/000.p/256', undefined, 404],
    [`/api/audit/events/${uuidv7()}/proof`, ['auditor'], 404],
    ['/api/audit/events/nothing/proof', undefined, 401],
    ['/api/audit/events/nothing', ['investigator'], 403],
    ['/api/audit/accesses', ['auditor'], 422],
    ['/api/audit/accesses?recording=a&limit=0', ['auditor'], 422],
    ['/api/audit/accesses?recording=a&after=b', ['auditor'], 422],
    ['/api/audit/accesses?recording=a', ['investigator'], 403],
    ['/api/findings', ['supervisor'], 403],
    ['/api/findings?kind=other', ['auditor'], 422],
  ] as [string, Role[] | undefined, number][])('answers %s to %p with %i', async (path, roles, status) => {
    const answer = await get(path, roles);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('findings', () => {
  it('are raised once per matter (P3)', async () => {
    for (let n = 0; n < 3; n++) await record('routing', `call-stale-${n}`, decided({ reasons: ['registry-stale'] }));
    const [first] = await until(
      () => findings('facility-NY-1'),
      ({ length }) => length > 0,
    );
    expect(first).toMatchObject({ kind: 'registry-unverified' });
    await pause(500);
    expect(await findings('facility-NY-1')).toHaveLength(1);
  });

  it('name a recording of a call that was not to be recorded, whichever event comes first (P1)', async () => {
    const [early] = await record('routing', 'call-a', decided({}));
    await pause(300);
    await record('recording', 'recording-a', started('a', early?.id ?? '', 'e1.a'));
    const late = uuidv7();
    await record('recording', 'recording-b', started('b', late, 'e1.b'));
    await pause(300);
    await record('routing', 'call-b', { ...decided({ outcome: 'deny' }), id: late });
    for (const about of ['recording-a', 'recording-b']) {
      const [finding] = await until(
        () => findings(about),
        ({ length }) => length > 0,
      );
      expect(finding).toMatchObject({ kind: 'protected-recorded' });
    }
  });

  it('name a recording of a number protected before, not of one protected after (P2)', async () => {
    const permits = decided({ recording: 'after-notice' });
    const [decision] = await record('routing', 'call-c', permits);
    const protect = (index: string): NewEvent => ({ type: 'registry.NumberProtected', data: { index } });
    await record('registry', 'number-e1.c', protect('e1.c'));
    await pause(20);
    await record('recording', 'recording-c', started('c', decision?.id ?? '', 'e1.c'));
    await record('recording', 'recording-d', started('d', decision?.id ?? '', 'e1.d'));
    await pause(20);
    await record('registry', 'number-e1.d', protect('e1.d'));
    expect(
      await until(
        () => findings('recording-c'),
        ({ length }) => length > 0,
      ),
    ).toHaveLength(1);
    await pause(500);
    expect(await findings('recording-d')).toEqual([]);
  });

  it('come of refusals, seals and checks', async () => {
    await record('recording', 'recording-e', refused('e', 'role'), sealed('e'));
    await record('recording', 'media-call-e', { type: 'recording.MediaRefused', data: { reason: 'no-permit' } });
    const checked = { objects: 2, bytes: 9, mismatches: ['e'] };
    await record('recording', 'media-check-1', { type: 'recording.MediaChecked', data: checked });
    const kinds = await until(
      async () =>
        [await findings('recording-e'), await findings('media-call-e'), await findings('media-check-1')].flat(),
      ({ length }) => length === 4,
    );
    expect(kinds.map(({ kind }) => kind).sort()).toEqual([
      'media-mismatch',
      'media-refused',
      'playback-refused',
      'recording-sealed-late',
    ]);
  });

  it('that speak of sealed recordings are not for operators (P12)', async () => {
    const body = (await (await get('/api/findings?limit=1000', ['operator'])).json()) as { findings: Finding[] };
    expect(new Set(body.findings.map(({ kind }) => kind))).toEqual(
      new Set(['registry-unverified', 'media-refused', 'media-mismatch']),
    );
  });
});

describe('the access history', () => {
  it('says who listened and who was refused, page by page', async () => {
    await record('recording', 'recording-f', started('f', uuidv7(), 'e1.f'), granted('f'), refused('f', 'role'));
    await record('recording', 'recording-f', {
      type: 'recording.PlaybackHeard',
      actor: 'marlow',
      data: { recording: 'f', playback: uuidv7(), ranges: [[0, 5]] },
    });
    const lines = await until(
      () => accesses('f', ['supervisor']),
      ({ length }) => length === 3,
    );
    expect(lines.map(({ kind }) => kind)).toEqual(['granted', 'refused', 'heard']);
    expect(lines[0]).toMatchObject({ person: 'marlow', purpose: 'case', caseNumber: '7' });
    const first = (await (await get('/api/audit/accesses?recording=f&limit=2', ['auditor'])).json()) as {
      accesses: object[];
      next: string;
    };
    expect(first.accesses).toHaveLength(2);
    const rest = await get(`/api/audit/accesses?recording=f&limit=2&after=${first.next}`, ['auditor']);
    expect(await rest.json()).toEqual({ accesses: [lines[2]] });
    const byPerson = (await (await get('/api/audit/accesses?person=marlow', ['auditor'])).json()) as { accesses: [] };
    expect(byPerson.accesses.length).toBeGreaterThanOrEqual(3);
  });

  it('of a sealed recording is, to a supervisor, that of one that never existed (P12)', async () => {
    await record('recording', 'recording-g', started('g', uuidv7(), 'e1.g'), granted('g'));
    expect(
      await until(
        () => accesses('g', ['supervisor']),
        ({ length }) => length === 1,
      ),
    ).toHaveLength(1);
    await record('recording', 'recording-g', sealed('g'), refused('g', 'sealed'));
    await record('recording', 'recording-none', refused('none', 'not-found'));
    expect(
      await until(
        () => accesses('g', ['auditor']),
        ({ length }) => length === 2,
      ),
    ).toHaveLength(2);
    expect(
      await until(
        () => accesses('none', ['privacy-officer']),
        ({ length }) => length === 1,
      ),
    ).toHaveLength(1);
    expect(await accesses('g', ['supervisor'])).toEqual([]);
    expect(await accesses('none', ['supervisor'])).toEqual([]);
  });

  it('is for one facility to whom one facility is entrusted', async () => {
    expect(await accesses('f', ['auditor'], 'NY-1')).toHaveLength(3);
    expect(await accesses('f', ['auditor'], 'NY-2')).toEqual([]);
  });
});

describe('a restart', () => {
  it('goes on where it was, with nothing twice', async () => {
    const before = openCheckpoint(await (await get('/log/checkpoint')).text(), installationVkey());
    await services.get('audit')?.close();
    const [while_away] = await record('routing', 'call-away', decided({}));
    services.set('audit', await bootAudit());
    const answer = await until(
      () => get(`/api/audit/events/${while_away?.id}/proof`, ['auditor']),
      ({ status }) => status === 200,
    );
    const { index, size } = verifyTlogProof(await answer.text(), while_away?.text ?? '', installationVkey());
    expect(index).toBeGreaterThanOrEqual(before.size);
    const { shards } = (await (await get('/api/audit/log', ['operator'])).json()) as {
      shards: { position: number; entries: number }[];
    };
    expect(shards.every(({ position, entries }) => position === entries)).toBe(true);
    expect(size).toBeGreaterThan(before.size);
  }, 30_000);

  it('wrote no personal data and no failure into its log', () => {
    expect(output.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
    expect(output.filter((line) => /marlow|dana/.test(line))).toEqual([]);
  });
});

function installationVkey(): string {
  return readFileSync(join(installation.keys.trust, 'log.vkey'), 'utf8');
}
