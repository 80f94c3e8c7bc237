import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import type { Role } from '@privity/service';
import { eventually } from '@privity/testing';
import { randomUUID } from 'node:crypto';
import { Installation } from '../testing/installation.js';
import { importFile, post } from '../testing/requests.js';
import { Attestations } from './attestations.js';

const HEADER = 'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3\n';

describe('cases', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const ask = async (person: string, role: Role, method: string, path: string, body?: unknown) => {
    const authorization = `Bearer ${await place.tokenOf(person, role)}`;
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${place.registry.url}${path}`, { method, headers, ...sent });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  const isProtected = async (number: string) =>
    (await ask('ana', 'registrar', 'POST', '/api/protections/check', { number })).body['protected'];
  const openCases = () =>
    place.query<{ case_id: string; cause: string; proposed_by: string | null; attorney: string | null }>(
      'select * from registry_case order by case_id',
    );
  const caseOf = (attorney: string) =>
    eventually(async () => (await openCases()).find((one) => one.attorney === attorney)?.case_id, 'the case');
  const settle = (person: string, id: string, settlement: object) =>
    ask(person, 'approver', 'POST', `/api/registry/cases/${id}/settlement`, settlement);
  const kept = { outcome: 'kept' };
  const agreed = (proposal: unknown) => ({ outcome: 'ended', proposal });
  const propose = (person: string, id: string, body: object) =>
    ask(person, 'registrar', 'POST', `/api/registry/cases/${id}/proposal`, body);
  const typesOf = async (stream: string) =>
    (await place.registry.app.get(EventStore).readStream(stream)).map(({ text }) => parseEnvelope(text).type);

  it('end a staff protection when two people want it, and only what that protection said (P2)', async () => {
    const number = '2125550120';
    const entry = { number, reason: 'clergy', basis: 'letter' };
    const first = await post(place, '/api/protections', entry, ['registrar']);
    const other = await post(place, '/api/protections', entry, ['registrar']);
    const end = (person: string, role: Role, id: unknown, body: object) =>
      ask(person, role, 'POST', `/api/protections/${String(id)}/end`, body);
    for (const { body } of [first, other]) {
      const { protectionId } = body;
      const proposed = await end('ana', 'registrar', protectionId, { basis: 'the parish moved' });
      expect(proposed).toMatchObject({ status: 200, body: { state: 'proposed' } });
      const agree = { case: proposed.body['caseId'], proposal: proposed.body['proposal'] };
      expect((await end('ana', 'approver', protectionId, agree)).status).toBe(403);
      expect(await isProtected(number)).toBe(true);
      const other = { ...agree, proposal: randomUUID() };
      expect(await end('ben', 'approver', protectionId, other)).toMatchObject({ body: { code: 'proposal-changed' } });
      expect((await end('ben', 'approver', protectionId, { case: agree.case })).status).toBe(422);
      expect((await end('ben', 'approver', protectionId, { ...agree, basis: 'x' })).status).toBe(422);
      expect(await end('ben', 'approver', protectionId, agree)).toMatchObject({
        status: 200,
        body: { state: 'ended' },
      });
      expect((await end('ben', 'approver', protectionId, agree)).body['code']).toBe('protection-not-found');
      expect(await isProtected(number)).toBe(protectionId === first.body['protectionId']);
      const events = await typesOf(`case-${String(proposed.body['caseId'])}`);
      expect(events).toEqual(
        ['CaseOpened', 'CaseEndProposed', 'CaseSettlementRefused', 'CaseSettled'].map((type) => `registry.${type}`),
      );
    }
    expect(await openCases()).toEqual([]);
    expect((await end('ana', 'registrar', 'nobody', { basis: 'x' })).status).toBe(404);
    expect(place.log.join('')).not.toMatch(/parish/);
  }, 30_000);

  it('are opened by a roll that says an attorney resigned; the office’s line outlives its lawyer', async () => {
    const roll = (status: string) => `${HEADER}ME,555001,Roy,Bo,${status},Public Defender,2075550130,2075550131,`;
    await importFile(place, 'bar-roll', roll('Active'), 'me');
    expect(await importFile(place, 'bar-roll', roll('Resigned'), 'me')).toMatchObject({ state: 'applied', ended: 0 });
    const [{ stream } = { stream: '' }] = await place.query<{ stream: string }>(
      `select stream from event_store.event where event like '%registry.AttorneyListingChanged%' limit 1`,
    );
    const id = await caseOf(stream);
    const shown = await ask('ana', 'registrar', 'GET', `/api/registry/cases/${id}`);
    expect(shown.body).toMatchObject({
      ...{ caseId: id, cause: 'status-changed', attorney: stream, of: 'number' },
      lines: [
        { line: 1, name: '+12075550130', sources: [{ kind: 'bar-roll', ref: stream }] },
        { line: 2, name: '+12075550131' },
      ],
    });
    expect(await typesOf(`case-${id}`)).toContain('registry.CaseViewed');
    const lines = [
      { line: 1, owner: 'office' },
      { line: 2, owner: 'attorney' },
    ];
    expect(await propose('ana', id, { basis: 'x' })).toMatchObject({ status: 422, body: { field: 'lines' } });
    expect(await propose('ana', id, { basis: 'x', lines: lines.slice(0, 1) })).toMatchObject({ status: 422 });
    const beyond = [...lines, { line: 3, owner: 'attorney' }];
    expect(await propose('ana', id, { basis: 'x', lines: beyond })).toMatchObject({ body: { field: 'lines.2.line' } });
    expect((await settle('ben', id, { outcome: 'ended' })).body).toMatchObject({ field: 'proposal' });
    const early = await settle('ben', id, agreed(randomUUID()));
    expect(early).toMatchObject({ status: 409, body: { code: 'nothing-proposed' } });
    const { status, body: proposed } = await propose('ana', id, { basis: 'called the clerk', lines });
    expect(status).toBe(200);
    const again = await ask('ben', 'approver', 'GET', `/api/registry/cases/${id}`);
    expect(again.body['proposal']).toEqual({
      ...{ id: proposed['proposal'], proposedBy: 'ana', lines: [2], basis: 'called the clerk' },
    });
    const work = await ask('ben', 'auditor', 'GET', '/api/registry/work');
    expect(work.body['items']).toMatchObject([
      {
        kind: 'case',
        owner: 'approver',
        cause: 'status-changed',
        case: id,
        proposedBy: 'ana',
        events: [expect.any(String), expect.any(String)],
      },
    ]);
    expect((await settle('ana', id, agreed(proposed['proposal']))).status).toBe(403);
    expect((await settle('ben', id, agreed(proposed['proposal']))).status).toBe(204);
    expect(await isProtected('2075550131')).toBe(false);
    expect(await isProtected('2075550130')).toBe(true);
    expect((await ask('ben', 'approver', 'GET', `/api/registry/cases/${id}`)).status).toBe(404);
  }, 30_000);

  it('are kept by a roll that says an attorney is active again', async () => {
    const roll = (status: string) => `${HEADER}ME,555002,Ng,Cy,${status},,2075550140,,`;
    await importFile(place, 'bar-roll', roll('Active'), 'me-2');
    await importFile(place, 'bar-roll', roll('Suspended'), 'me-2');
    const id = await eventually(async () => (await openCases())[0]?.case_id, 'the case');
    expect(await isProtected('2075550140')).toBe(true);
    await importFile(place, 'bar-roll', roll('ACTIVE'), 'me-2');
    await eventually(async () => (await openCases()).length === 0, 'the settlement');
    expect(await typesOf(`case-${id}`)).toEqual(['registry.CaseOpened', 'registry.CaseSettled']);
    expect(await isProtected('2075550140')).toBe(true);
  }, 30_000);

  it('about one protection are not about an attorney’s lines or a list', async () => {
    const roll = `${HEADER}ME,555009,Ka,Di,Active,,2075550149,,`;
    await importFile(place, 'bar-roll', roll, 'me-9');
    const [{ ref } = { ref: '' }] = await place.query<{ ref: string }>(
      `select event::json -> 'data' -> 'source' ->> 'ref' as ref from event_store.event
       where event like '%NumberProtected%' and event like '%bar-roll%' order by event desc limit 1`,
    );
    for (const id of [ref, 'do-not-record']) {
      const answer = await ask('ana', 'registrar', 'POST', `/api/protections/${id}/end`, { basis: 'x' });
      expect(answer).toMatchObject({ status: 404, body: { code: 'protection-not-found' } });
    }
  }, 30_000);

  it('may be asked for, about an attorney, a number or a person, and what a list says may end', async () => {
    const list = 'PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE\n2125550150,Y,Y,*,01/01/2020,,\n';
    await importFile(place, 'do-not-record', list);
    const open = (body: object) => ask('ana', 'registrar', 'POST', '/api/registry/cases', body);
    expect(await open({})).toMatchObject({ status: 422, body: { field: 'attorney' } });
    expect(await open({ number: '2125550150' })).toMatchObject({ status: 422, body: { field: 'source' } });
    expect((await open({ number: '2125550150', source: 'staff' })).status).toBe(404);
    expect((await open({ caller: 'D-1', source: 'staff' })).status).toBe(404);
    expect((await open({ attorney: 'attorney-none' })).status).toBe(404);
    const taken = await open({ number: '212-555-0150', source: 'do-not-record' });
    expect(taken.status).toBe(201);
    expect((await open({ number: '212-555-0150', source: 'do-not-record' })).body).toEqual(taken.body);
    const id = String(taken.body['caseId']);
    const { body: proposed } = await propose('ana', id, { basis: 'a typing error of 2019' });
    expect((await settle('ben', id, agreed(proposed['proposal']))).status).toBe(204);
    expect(await isProtected('2125550150')).toBe(false);
    // The next edition that still has it says so again.
    await importFile(place, 'do-not-record', `${list}2125550151,Y,Y,*,01/01/2020,,\n`);
    expect(await isProtected('2125550150')).toBe(true);
  }, 30_000);

  it('are settled as kept by one person, also by whoever proposed an end', async () => {
    const order = { caller: 'D-99', reason: 'court order', basis: 'order' };
    const { body } = await post(place, '/api/protections', order, ['registrar']);
    const path = `/api/protections/${String(body['protectionId'])}/end`;
    const { body: taken } = await ask('ana', 'registrar', 'POST', path, { basis: 'x' });
    const id = String(taken['caseId']);
    const shown = await ask('ben', 'approver', 'GET', `/api/registry/cases/${id}`);
    expect(shown.body).toMatchObject({ of: 'caller', lines: [{ line: 1, name: 'D-99' }] });
    expect((await settle('ana', id, kept)).status).toBe(204);
    expect((await settle('ben', id, agreed(taken['proposal']))).status).toBe(404);
    expect((await ask('ana', 'registrar', 'POST', path, { basis: 'x' })).body['caseId']).toBe(id);
    expect((await settle('ana', id, kept)).status).toBe(204);
  }, 30_000);

  it('ask every year whether what people said still holds', async () => {
    const { body } = await post(place, '/api/protections', { number: '2125550160', reason: 'x', basis: 'y' }, [
      'registrar',
    ]);
    await place.query('update attestation set due_at = now() where ref = $1', [body['protectionId']]);
    await place.registry.app.get(Attestations).openDue();
    const due = async () => (await openCases()).filter(({ cause }) => cause === 'attestation-due');
    const asked = await eventually(async () => (await due())[0], 'the case');
    expect((await settle('ana', asked.case_id, kept)).status).toBe(204);
    await place.registry.app.get(Attestations).openDue();
    await eventually(async () => (await due()).length === 0, 'the settlement');
    expect(await isProtected('2125550160')).toBe(true);
  }, 30_000);

  it('ask a person’s word again and not the roll’s', async () => {
    const roll = `${HEADER}ME,555003,Orr,Al,Active,,2075550160,,`;
    await importFile(place, 'bar-roll', roll, 'me-3');
    const attorney = { barState: 'ME', barNumber: '555003', last: 'Orr', first: 'Al', numbers: ['2075550160'] };
    const { body } = await post(place, '/api/attorneys', attorney, ['registrar']);
    await place.query('update attestation set due_at = now() where ref = $1', [body['attorneyId']]);
    await place.registry.app.get(Attestations).openDue();
    const id = await caseOf(String(body['attorneyId']));
    const lines = [{ line: 1, owner: 'attorney' }];
    const { body: proposed } = await propose('ana', id, { basis: 'left the county', lines });
    expect((await settle('ben', id, agreed(proposed['proposal']))).status).toBe(204);
    expect(await isProtected('2075550160')).toBe(true);
  }, 30_000);

  it('of an attorney with very many numbers are several, and all of them can end and be kept', async () => {
    const numbers = Array.from({ length: 501 }, (_, n) => `207556${String(n).padStart(4, '0')}`);
    const entry = { barState: 'ME', barNumber: '555004', last: 'Poe', first: 'Ed', numbers };
    const { body } = await post(place, '/api/attorneys', entry, ['registrar']);
    const roll = (status: string) => `${HEADER}ME,555004,Poe,Ed,${status},,,,`;
    await importFile(place, 'bar-roll', roll('Resigned'), 'me-4');
    const both = () => openCases().then((all) => all.filter(({ attorney }) => attorney === body['attorneyId']));
    const cases = await eventually(async () => (await both()).length === 2 && both(), 'two cases');
    const shown = await Promise.all(
      cases.map(async ({ case_id: id }) => (await ask('ana', 'registrar', 'GET', `/api/registry/cases/${id}`)).body),
    );
    const lines = shown.map((one) => one['lines'] as { line: number }[]);
    expect(lines.map(({ length }) => length).sort()).toEqual([1, 500]);
    // While they are ended here, the registry hears of the settlement and follows it as well.
    const large = lines.findIndex(({ length }) => length === 500);
    const id = String(cases[large]?.case_id);
    const all = lines[large]?.map(({ line }) => ({ line, owner: 'attorney' }));
    const { body: proposed } = await propose('ana', id, { basis: 'x', lines: all });
    expect((await settle('ben', id, agreed(proposed['proposal']))).status).toBe(204);
    await eventually(async () => (await both()).length === 1, 'the settlement');
    const ends = await place.query(
      `select 1 from event_store.event where event like '%registry.ProtectionEnded%' and event like $1`,
      [`%${String(body['attorneyId'])}%`],
    );
    // Of two sources each, the registrar's word and the registration that it made, and each once.
    expect(ends).toHaveLength(2 * 500);
    expect(await Promise.all([numbers[0], numbers[499], numbers[500]].map((one) => isProtected(String(one))))).toEqual([
      ...[false, false, true],
    ]);
    expect(await place.query('select * from event_stream.halt')).toEqual([]);
    await importFile(place, 'bar-roll', roll('Active'), 'me-4');
    await eventually(async () => (await both()).length === 0, 'the roll');
  }, 120_000);

  it('are for registrars and approvers', async () => {
    expect((await ask('x', 'dialler', 'POST', '/api/registry/cases', { attorney: 'a' })).status).toBe(403);
    expect((await ask('x', 'approver', 'POST', '/api/registry/cases/x/proposal', { basis: 'x' })).status).toBe(403);
    expect((await ask('x', 'auditor', 'GET', '/api/registry/cases/x')).status).toBe(403);
    expect((await ask('x', 'registrar', 'GET', '/api/registry/cases/x')).status).toBe(404);
    expect((await ask('x', 'attorney', 'POST', '/api/registry/cases/x/settlement', { outcome: 'kept' })).status).toBe(
      403,
    );
  });
});
