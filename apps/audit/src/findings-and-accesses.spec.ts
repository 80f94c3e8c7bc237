import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import type { NewEvent } from '@privity/event-store';
import { uuidv7 } from '@privity/kernel';
import type { Role } from '@privity/service';
import { until, withAudit } from './testing/running-audit.js';

// Real services on a machine that may be busy.
jest.setTimeout(60_000);

const { get, output, record, rows } = withAudit();

const decided = (over: object): NewEvent => ({
  type: 'routing.CallDecided',
  data: { facility: 'NY-1', outcome: 'connect', recording: 'off', reasons: [], notices: [], ...over },
});
const started = (recording: string, decision: string, dialed: string, caller = 'e1.caller'): NewEvent => ({
  type: 'recording.RecordingStarted',
  data: { recording, call: 'call-x', decision, facility: 'NY-1', caller, dialed },
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

  it('come of a view of the registry that is no longer believed, though nobody calls (P3)', async () => {
    const changed = (from: string, to: string) =>
      record('routing', 'registry-view-1', { type: 'routing.RegistryVerdictChanged', data: { from, to, ageMs: 1 } });
    await changed('stale', 'fresh');
    await changed('fresh', 'mismatch');
    const [finding, ...more] = await until(
      () => findings('routing'),
      ({ length }) => length > 0,
    );
    expect([finding?.kind, more]).toEqual(['registry-unverified', []]);
  });

  it('name a call to a protected number that was denied, to nobody who looks after machines or investigates (P3, P12)', async () => {
    const reasons = ['number-blocked', 'number-protected'];
    await record('routing', 'call-refused', decided({ outcome: 'deny', reasons, caller: 'e1.who', dialed: 'e1.whom' }));
    await record('routing', 'call-blocked', decided({ outcome: 'deny', reasons: ['number-blocked'] }));
    const [finding] = await until(
      () => findings('call-refused'),
      ({ length }) => length > 0,
    );
    expect(finding).toMatchObject({ kind: 'protected-number-denied' });
    expect(JSON.stringify(finding)).not.toMatch(/e1\.who/);
    expect(await findings('call-blocked')).toEqual([]);
    const seen = async (role: Role) => (await get('/api/findings?limit=1000', [role])).text();
    expect(await seen('operator')).not.toContain('protected-number-denied');
    for (const role of ['investigator', 'supervisor'] as const) {
      expect((await get('/api/findings', [role])).status).toBe(403);
    }
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

  it('name no recording that began after two people ended the protection, and again one after it began anew', async () => {
    const [decision] = await record('routing', 'call-f', decided({ recording: 'after-notice' }));
    const turn = async (type: string, data: object) => {
      await record('registry', 'number-e1.f', { type: `registry.${type}`, data: { index: 'e1.f', ...data } });
      await pause(50);
    };
    const made = async (name: string) => {
      await record('recording', `recording-${name}`, started(name, decision?.id ?? '', 'e1.f'));
      await pause(50);
    };
    await turn('NumberProtected', {});
    await turn('ProtectionEnded', { left: 1 });
    const stood = new Date().toISOString();
    await made('f1');
    await turn('ProtectionEnded', { left: 0 });
    await pause(300);
    await made('f2');
    await turn('NumberProtected', {});
    await pause(300);
    await made('f3');
    for (const name of ['f1', 'f3']) {
      await until(
        () => findings(`recording-${name}`),
        ({ length }) => length > 0,
      );
    }
    expect(await findings('recording-f2')).toEqual([]);
    // Heard of late: it began while the protection stood.
    const during = { ...started('f4', decision?.id ?? '', 'e1.f'), time: stood };
    await record('recording', 'recording-f4', during);
    await until(
      () => findings('recording-f4'),
      ({ length }) => length > 0,
    );
  });

  it('name a recording of a person protected before (P2, T4)', async () => {
    const [decision] = await record('routing', 'call-p', decided({ recording: 'after-notice' }));
    await record('registry', 'caller-e1.p', { type: 'registry.CallerProtected', data: { index: 'e1.p' } });
    await pause(20);
    await record('recording', 'recording-p', started('p', decision?.id ?? '', 'e1.x', 'e1.p'));
    const [finding] = await until(
      () => findings('recording-p'),
      ({ length }) => length > 0,
    );
    expect(finding).toMatchObject({ kind: 'protected-recorded' });
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

  it('come of a list that is held (T3)', async () => {
    const losses = [{ scope: 'oc', entries: 1_300, departed: 1_228, departedBefore: 0 }];
    await record('registry', 'import-oc', { type: 'registry.ListHeld', data: { losses } });
    const [finding] = await until(
      () => findings('import-oc'),
      ({ length }) => length > 0,
    );
    expect(finding).toMatchObject({ kind: 'list-shrunk' });
  });

  it('come of a registration that nobody answered in time (T7)', async () => {
    const data = { registration: 'late', due: '2026-01-02T00:00:00.000Z' };
    await record('registry', 'registration-late', { type: 'registry.RegistrationEscalated', data });
    const [finding] = await until(
      () => findings('registration-late'),
      ({ length }) => length > 0,
    );
    expect(finding).toMatchObject({ kind: 'registration-overdue' });
  });

  it('come of a message that could not be sent (T7, T9)', async () => {
    const data = { notice: 'n1', kind: 'answer', about: 'registration-1', attempts: 12 };
    await record('registry', 'notice-n1', { type: 'registry.NoticeFailed', data });
    const [finding] = await until(
      () => findings('notice-n1'),
      ({ length }) => length > 0,
    );
    expect(finding).toMatchObject({ kind: 'notice-failed' });
  });

  it('name a client that asks and asks and never dials, once an hour, and no name (api.md)', async () => {
    const of = (kind: string) => async () => {
      const body = (await (await get('/api/findings?limit=1000', ['auditor'])).json()) as { findings: Finding[] };
      return body.findings.filter((finding) => finding.kind === kind);
    };
    const ask = async (actor: string, n: number, time: string, over: object = {}) => {
      const call = `call-${actor}-${n}`;
      const [decision] = await record('routing', call, { ...decided({}), actor });
      const data = { at: time, connected: false, by: 'timeout', ...over };
      const cause = { causationid: decision?.id ?? '' };
      const [end] = await record('routing', call, { type: 'routing.CallEnded', data, time, ...cause });
      return end?.id;
    };
    const minute = (n: number) => new Date(Date.UTC(2026, 9, 5, 10, n)).toISOString();
    // Five within an hour, one more than an hour after the first; and others that are no questions.
    for (let n = 0; n < 6; n++) await ask('patient', n, minute(n * 13));
    for (let n = 0; n < 9; n++) await ask('caller-up', n, minute(n), { connected: true });
    for (let n = 0; n < 9; n++) await ask('hanger-up', n, minute(n), { by: undefined });
    const ends = [];
    for (let n = 0; n < 8; n++) ends.push(await ask('prober', n, minute(59 - n)));
    const found = await until(of('probing'), ({ length }) => length > 0);
    await pause(500);
    expect(await of('probing')()).toHaveLength(1);
    // What is kept names nobody, and no more is kept than the finding needs.
    const kept = await rows(`select * from watch.unused_call where call like 'call-prober-%'`);
    expect(kept).toHaveLength(6);
    expect(new Set(kept.map(({ client }) => client))).toEqual(new Set([found[0]?.about]));
    expect(ends).toContain(found[0]?.evidence);
    expect(found[0]?.about).toMatch(/^client-[\w-]{43}$/);
    expect(JSON.stringify(found)).not.toContain('prober');
    // Half an hour earlier and later, in the hour before and after.
    for (let n = 0; n < 3; n++) await ask('straddler', n, minute(-10 + n));
    for (let n = 3; n < 6; n++) await ask('straddler', n, minute(10 + n));
    expect(await until(of('probing'), ({ length }) => length > 1)).toHaveLength(2);
  });

  it('that speak of sealed recordings are not for operators (P12)', async () => {
    const body = (await (await get('/api/findings?limit=1000', ['operator'])).json()) as { findings: Finding[] };
    expect(new Set(body.findings.map(({ kind }) => kind))).toEqual(
      new Set([
        'registry-unverified',
        'media-refused',
        'media-mismatch',
        'list-shrunk',
        'registration-overdue',
        'notice-failed',
        'probing',
      ]),
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

it('wrote no personal data and no failure into its log', () => {
  expect(output.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
  expect(output.filter((line) => /marlow|dana/.test(line))).toEqual([]);
});
