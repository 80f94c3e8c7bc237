import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallAnswer, MediaReceipt, PrivityClient } from '@privity/client';
import { verifyTlogProof } from '@privity/transparency-log';
import { PrivityInstance } from './instance.js';
import { importList, sendList, setPolicy } from './lists.js';
import { allEvents, eventually } from './stream.js';

const SECOND = 8_000;
const audio = (seconds: number): Buffer => Buffer.alloc(seconds * SECOND, 0x7f);

const FRIEND = '212-555-0101';
const LATE_LAWYER = '212-555-0102';
const SLOW_LAWYER = '212-555-0103';
const ROLL_LAWYER = '212-555-0110';
const ONLY_DNR = '212-555-0111';
const ONLY_PRIVILEGED = '212-555-0112';
const OTHER_SITE = '212-555-0113';
const ENDED_BY_MIGRATION = '212-555-0114';
const LISTED_AS_LEGAL = '212-555-0115';
const HOTLINE = '212-555-0116';
const [ANNA, BELA, CARA] = ['1000000001', '1000000002', '1000000003'];

// incidents.md: what went wrong elsewhere, played through the public port against real services, PostgreSQL and stream.
describe('scenarios', () => {
  let privity: PrivityInstance;
  let edge: PrivityClient;
  let registrar: PrivityClient;
  let auditor: PrivityClient;
  let investigator: PrivityClient;
  let calls = 0;

  /** Decides a call and, where it may be recorded, has the notice accepted. `edge` may see the reasons. */
  async function dial(
    dialed: string,
    caller = ANNA,
    facility = 'N1',
  ): Promise<{ answer: CallAnswer; permit?: string }> {
    const callId = `call-${(calls += 1)}`;
    const answer = await edge.calls.decide({ callId, facility, caller, dialed });
    if (answer.recording === 'off') return { answer };
    const { permit } = await edge.calls.notice(callId, { party: 'callee', result: 'accepted' });
    await edge.calls.connected(callId, new Date().toISOString());
    return permit === undefined ? { answer } : { answer, permit };
  }

  async function hangUp({ callId }: CallAnswer): Promise<void> {
    await edge.calls.ended(callId, new Date().toISOString());
  }

  async function record(dialed: string, caller = ANNA): Promise<MediaReceipt> {
    const { answer, permit } = await dial(dialed, caller);
    const receipt = await edge.calls.media(answer.callId, permit, audio(1));
    await hangUp(answer);
    return receipt;
  }

  async function mediaOf({ callId }: CallAnswer): Promise<string[]> {
    return (await privity.media()).filter((name) => name.includes(`${callId}.`));
  }

  /** Routing decides by what it has heard: a recordable call shows that it has heard enough. */
  async function recordable(dialed: string): Promise<CallAnswer> {
    return eventually('a call that may be recorded', async () => {
      const { answer } = await dial(dialed);
      await hangUp(answer);
      return answer.recording === 'after-notice' && answer;
    });
  }

  beforeAll(async () => {
    privity = await PrivityInstance.start({ PRIVITY_STALENESS_MS: '6000' });
    [edge, registrar, auditor, investigator] = await Promise.all([
      privity.as('edge', 'dialler', 'auditor'),
      privity.as('registrar', 'registrar', 'operator'),
      privity.as('auditor', 'auditor', 'operator', 'privacy-officer'),
      privity.as('investigator', 'investigator'),
    ]);
    await importList(registrar, 'facilities', [
      'N1,North,NY,county jail,100,America/New_York',
      'S1,South,NY,county jail,100,America/New_York',
    ]);
    await importList(registrar, 'roster', [
      `${ANNA},Able,Anna,01/01/1990,N1,IN`,
      `${BELA},Baker,Béla,01/01/1991,N1,IN`,
      `${CARA},Carter,Cara,01/01/1992,N1,IN`,
    ]);
    const listed = [FRIEND, LATE_LAWYER, SLOW_LAWYER].flatMap((number) =>
      [ANNA, BELA, CARA].map((caller) => `${caller},${number},FRIEND,APPROVED`),
    );
    await importList(registrar, 'allowed-numbers', listed);
    for (const facility of ['N1', 'S1']) await setPolicy(registrar, facility);
  }, 180_000);

  afterAll(async () => {
    expect(await privity.stop()).toBe(0);
  }, 60_000);

  it('T3: while no list was loaded, a call connects unrecorded, and a finding says so', async () => {
    const { answer } = await dial(FRIEND);
    expect(answer).toMatchObject({ outcome: 'connect', recording: 'off' });
    expect(answer.reasons).toContain('registry-empty');
    await hangUp(answer);
    await eventually('the finding', async () => {
      const { findings } = await auditor.audit.findings({ kind: 'registry-unverified' });
      return findings.length > 0;
    });
  }, 60_000);

  it('T2, T3, T6: an old record with either flag, for any site, ended by a migration, protects everywhere', async () => {
    await importList(registrar, 'bar-roll', ['NY,1,Counsel,Carol,aCTIVe,,' + ROLL_LAWYER + ',,,01/01/2001']);
    await importList(registrar, 'do-not-record', [
      `${ONLY_DNR},Y,N,*,01/01/2020,,`,
      `${ONLY_PRIVILEGED},N,Y,*,01/01/2020,,`,
      `${OTHER_SITE},Y,Y,S1,01/01/2020,,`,
      `${ENDED_BY_MIGRATION},Y,Y,*,01/01/2020,03/15/2024,MIGRATED v6->v7`,
      `${HOTLINE},Y,Y,*,01/01/2020,,PREA HOTLINE`,
    ]);
    await importList(registrar, 'allowed-numbers', [`${BELA},${LISTED_AS_LEGAL},LEGAL,PENDING`]);
    await recordable(FRIEND);
    for (const number of [ROLL_LAWYER, ONLY_DNR, ONLY_PRIVILEGED, OTHER_SITE, ENDED_BY_MIGRATION, LISTED_AS_LEGAL]) {
      const { answer } = await dial(number);
      expect([number, answer.outcome, answer.recording]).toEqual([number, 'connect', 'off']);
      expect(answer.reasons).toContain('number-protected');
      await hangUp(answer);
    }
    // The person moves; the protection does not depend on where anybody is.
    await importList(registrar, 'movements', [`${ANNA},N1,S1,01/01/2026`]);
    const { answer } = await dial(OTHER_SITE, ANNA, 'S1');
    expect(answer).toMatchObject({ outcome: 'connect', recording: 'off' });
    await hangUp(answer);
  }, 90_000);

  it('T3: a list that lost most of its entries in an upgrade is held for a second person, and ends nothing', async () => {
    const lines = Array.from({ length: 130 }, (_, n) => `714-555-0${100 + n},Y,Y,*,01/01/2020,,`);
    const list = { list: 'orange-county' };
    expect(await sendList(registrar, 'do-not-record', lines, list)).toMatchObject({ state: 'applied', added: 130 });
    const shrunk = await sendList(registrar, 'do-not-record', lines.slice(0, 7), list);
    const losses = [{ scope: 'orange-county', entries: 130, departed: 123, departedBefore: 0 }];
    expect(shrunk).toMatchObject({ state: 'held', losses });
    await eventually(
      'the finding',
      async () => (await auditor.audit.findings({ kind: 'list-shrunk' })).findings.length > 0,
    );
    const both = await privity.as('registrar', 'registrar', 'approver');
    await expect(both.imports.approve(shrunk.importId)).rejects.toMatchObject({ status: 403 });
    const second = await privity.as('approver', 'approver');
    expect(await second.imports.approve(shrunk.importId)).toMatchObject({ state: 'applied', ended: 0 });
    await recordable(FRIEND);
    const { answer } = await dial('714-555-0229');
    expect(answer.reasons).toContain('number-protected');
    await hangUp(answer);
  }, 90_000);

  it('T12, at the desk: a number that is one digit off a lawyer’s is protected as it was entered, and the registrar is warned', async () => {
    const entry = { reason: 'attorney', basis: 'letter of 2026-11-20' };
    const slip = await registrar.protections.protect({ number: '212-555-0119', ...entry });
    expect(slip.warnings).toMatchObject([{ code: 'near-match', field: 'number' }]);
    expect(JSON.stringify(slip)).not.toContain('0110');
    expect((await registrar.protections.protect({ number: '914-555-0199', ...entry })).warnings).toBeUndefined();
  }, 30_000);

  it('P1: media without a permit is refused, nothing of it is kept, and a finding says so', async () => {
    const { answer } = await dial(ROLL_LAWYER);
    await expect(edge.calls.media(answer.callId, undefined, audio(1))).rejects.toMatchObject({ status: 403 });
    await expect(edge.calls.media(answer.callId, 'forged.permit.x', audio(1))).rejects.toMatchObject({ status: 403 });
    await hangUp(answer);
    expect(await mediaOf(answer)).toEqual([]);
    await eventually(
      'the finding',
      async () => (await auditor.audit.findings({ kind: 'media-refused' })).findings.length > 0,
    );
  }, 60_000);

  it('T13: an unrecorded call has a proof that nothing was recorded, which an outsider can check', async () => {
    const { answer } = await dial(ROLL_LAWYER);
    await hangUp(answer);
    const attested = await eventually('the attestation', async () =>
      (await allEvents(auditor, 'recording')).find(
        ({ type, data }) => type === 'recording.NoMediaAttested' && data['decision'] === answer.decision,
      ),
    );
    expect(attested.data).toMatchObject({ bytes: 0, objects: 0 });
    const proof = await eventually('the proof', () => auditor.audit.proof(attested.id).catch(() => undefined));
    const vkey = await privity.logKey();
    expect(() => verifyTlogProof(proof, attested.text, vkey)).not.toThrow();
    const altered = attested.text.replace('"bytes":0', '"bytes":1');
    expect(() => verifyTlogProof(proof, altered, vkey)).toThrow();
  }, 60_000);

  it('T1: a grant is worth nothing in other hands, and who listened and who was refused stands in the history', async () => {
    const { recording } = await record(FRIEND);
    const { playbackId } = await eventually('the grant', () =>
      investigator.recordings.play(recording, { purpose: 'T1', caseNumber: '26-1' }).catch(() => undefined),
    );
    expect(await investigator.recordings.audio(playbackId)).toEqual(audio(1));
    const other = await privity.as('other-investigator', 'investigator');
    await expect(other.recordings.audio(playbackId)).rejects.toMatchObject({ status: 404 });
    await expect(edge.recordings.play(recording, { purpose: 'curiosity' })).rejects.toMatchObject({ status: 403 });
    const history = await eventually('the history', async () => {
      const { accesses } = await auditor.audit.accesses({ recording });
      return (
        accesses.some(({ kind }) => kind === 'heard') &&
        accesses.filter(({ kind }) => kind === 'refused').length === 2 &&
        accesses
      );
    });
    const who = (kind: string): unknown[] => history.filter((one) => one.kind === kind).map((one) => one.person);
    expect(who('granted')).toEqual(['investigator']);
    expect(who('refused').sort()).toEqual(['edge', 'other-investigator']);
  }, 60_000);

  it('T10: a number protected late seals what was recorded before, and a sealed recording answers as none', async () => {
    const { recording } = await record(LATE_LAWYER);
    await eventually('the recording', () => investigator.recordings.get(recording).catch(() => undefined));
    await registrar.protections.protect({ number: LATE_LAWYER, reason: 'attorney', basis: 'letter of the bar' });
    const sealed = await eventually('the seal', async () => {
      const answer: unknown = await investigator.recordings.get(recording).catch((error: unknown) => error);
      return answer instanceof Error && answer;
    });
    const never = await investigator.recordings
      .get('01890000-0000-7000-8000-000000000000')
      .catch((error: unknown) => error);
    expect(sealed).toEqual(never);
    await expect(investigator.recordings.play(recording, { purpose: 'T10' })).rejects.toMatchObject({ status: 404 });
    await eventually(
      'the finding',
      async () => (await auditor.audit.findings({ kind: 'recording-sealed-late' })).findings.length > 0,
    );
  }, 60_000);

  /** Twenty seconds of sound, as slow as life; the recorder stops taking it long before. */
  async function* untilStopped(): AsyncGenerator<Buffer> {
    for (let frame = 0; frame < 1_000; frame += 1, await sleep(20)) yield Buffer.alloc(160, 0x7f);
  }

  it('T4: a court order protects a person, whomever they call, wherever they are moved, and from its day on', async () => {
    const before = await record(FRIEND, CARA);
    await eventually('the recording', () => investigator.recordings.get(before.recording).catch(() => undefined));
    const { answer: live, permit } = await dial(FRIEND, CARA);
    const media = edge.calls.media(live.callId, permit, untilStopped());
    await sleep(1_500);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const order = { reason: 'court order', basis: 'order of Judge Ng', effectiveFrom: yesterday };
    expect(await registrar.protections.protect({ caller: CARA, ...order })).toMatchObject({ since: yesterday });
    const during = await media;
    expect(during.ending).toMatch(/^permit-(revoked|lapsed)$/);
    await hangUp(live);
    for (const { recording } of [before, during]) {
      await eventually(
        'the seal',
        async () => (await investigator.recordings.get(recording).catch(() => 'none')) === 'none',
      );
    }
    for (const facility of ['N1', 'S1']) {
      const { answer } = await dial(FRIEND, CARA, facility);
      expect(answer).toMatchObject({ outcome: 'connect', recording: 'off' });
      expect(answer.reasons).toContain('caller-protected');
      await hangUp(answer);
    }
    // The friend is no lawyer: others' calls to the same number may be recorded.
    await recordable(FRIEND);
    const event = (await allEvents(auditor, 'registry')).find(({ type }) => type === 'registry.CallerProtected');
    expect(event?.text).not.toContain(CARA);
    expect(await privity.logs()).not.toContain(CARA);
  }, 90_000);

  it('P1, P8: a number protected during its call stops the recording', async () => {
    const { answer, permit } = await dial(SLOW_LAWYER);
    const media = edge.calls.media(answer.callId, permit, untilStopped());
    await sleep(1_500);
    await registrar.protections.protect({ number: SLOW_LAWYER, reason: 'attorney', basis: 'told by telephone' });
    const receipt = await media;
    expect(receipt.ending).toMatch(/^permit-(revoked|lapsed)$/);
    expect(receipt.seconds).toBeLessThan(10);
    await hangUp(answer);
    // What was kept is sealed at once.
    await eventually(
      'the seal',
      async () => (await investigator.recordings.get(receipt.recording).catch(() => 'none')) === 'none',
    );
  }, 60_000);

  it('T16: a call to a hotline leaves no caller in any event or log', async () => {
    const { answer: known } = await dial(FRIEND, BELA);
    await hangUp(known);
    const decisions = await allEvents(auditor, 'routing');
    const belaIndex = decisions.find(({ id }) => id === known.decision)?.data['caller'];
    expect(belaIndex).toEqual(expect.any(String));
    const mentions = async (): Promise<number> => {
      const contexts = ['registry', 'routing', 'recording', 'audit'];
      const events = (await Promise.all(contexts.map((context) => allEvents(auditor, context)))).flat();
      return events.filter(({ text }) => text.includes(String(belaIndex))).length;
    };
    const before = await mentions();
    const { answer } = await dial(HOTLINE, BELA);
    expect(answer).toMatchObject({ outcome: 'connect', recording: 'off', reasons: ['hotline'] });
    await hangUp(answer);
    const events = await eventually('the attestation', async () => {
      const recording = await allEvents(auditor, 'recording');
      return recording.some(({ data }) => data['decision'] === answer.decision) && recording;
    });
    expect(events.length).toBeGreaterThan(0);
    const decided = (await allEvents(auditor, 'routing')).find(({ id }) => id === answer.decision);
    expect(Object.keys(decided?.data ?? {})).not.toContain('caller');
    expect(await mentions()).toBe(before);
    expect(await privity.logs()).not.toContain(BELA);
  }, 60_000);

  it('T3, P3: while the registry is silent calls connect unrecorded, and are recorded again when it speaks', async () => {
    const registry = await privity.pidOf('registry');
    process.kill(registry, 'SIGSTOP');
    try {
      await eventually('an unrecorded call', async () => {
        const { answer } = await dial(FRIEND);
        await hangUp(answer);
        expect(answer.outcome).toBe('connect');
        return answer.reasons?.includes('registry-stale') && answer.recording === 'off';
      });
    } finally {
      process.kill(registry, 'SIGCONT');
    }
    await recordable(FRIEND);
  }, 90_000);
});
