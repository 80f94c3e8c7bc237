import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ANNA, BELA, CARA, FRIEND, Jail, LATE_LAWYER, untilStopped } from './jail.js';
import { importList, sendList } from './lists.js';
import { onEachStream } from './streams.js';
import { allEvents, eventually } from './stream.js';

const ROLL_LAWYER = '212-555-0110';
const ONLY_DNR = '212-555-0111';
const ONLY_PRIVILEGED = '212-555-0112';
const OTHER_SITE = '212-555-0113';
const ENDED_BY_MIGRATION = '212-555-0114';
const LISTED_AS_LEGAL = '212-555-0115';
const HOTLINE = '212-555-0116';
const REGISTERED = '212-555-0117';
const UNREGISTERED = '212-555-0118';

// Ten of sixteen incidents began with who stood on which list. Each is played on both streams.
onEachStream('scenarios of the registry', (stream) => {
  let jail: Jail;
  beforeAll(async () => {
    const variables = { PRIVITY_REGISTRATION_DUE_DAYS: '0', PRIVITY_REGISTRY_ESCALATION_EVERY_MS: '1000' };
    jail = await Jail.start(variables, stream, [REGISTERED, UNREGISTERED]);
  }, 180_000);

  afterAll(async () => {
    expect(await jail.privity.stop()).toBe(0);
  }, 60_000);

  it('T3: while no list was loaded, a call connects unrecorded, and a finding says so', async () => {
    const { answer } = await jail.dial(FRIEND);
    expect(answer).toMatchObject({ outcome: 'connect', recording: 'off' });
    expect(answer.reasons).toContain('registry-empty');
    await jail.hangUp(answer);
    await eventually('the finding', async () => {
      const { findings } = await jail.auditor.audit.findings({ kind: 'registry-unverified' });
      return findings.length > 0;
    });
  }, 60_000);

  it('T2, T3: an old record with either flag, for any site, ended by a migration, protects everywhere', async () => {
    await importList(jail.registrar, 'bar-roll', ['NY,1,Counsel,Carol,aCTIVe,,' + ROLL_LAWYER + ',,,01/01/2001']);
    await importList(jail.registrar, 'do-not-record', [
      `${ONLY_DNR},Y,N,*,01/01/2020,,`,
      `${ONLY_PRIVILEGED},N,Y,*,01/01/2020,,`,
      `${OTHER_SITE},Y,Y,S1,01/01/2020,,`,
      `${ENDED_BY_MIGRATION},Y,Y,*,01/01/2020,03/15/2024,MIGRATED v6->v7`,
      `${HOTLINE},Y,Y,*,01/01/2020,,PREA HOTLINE`,
    ]);
    await importList(jail.registrar, 'allowed-numbers', [`${BELA},${LISTED_AS_LEGAL},LEGAL,PENDING`]);
    await jail.recordable(FRIEND);
    for (const number of [ROLL_LAWYER, ONLY_DNR, ONLY_PRIVILEGED, OTHER_SITE, ENDED_BY_MIGRATION, LISTED_AS_LEGAL]) {
      const { answer } = await jail.dial(number);
      expect([number, answer.outcome, answer.recording]).toEqual([number, 'connect', 'off']);
      expect(answer.reasons).toContain('number-protected');
      await jail.hangUp(answer);
    }
  }, 90_000);

  it('T6: a number listed for one site stays unrecorded when whoever calls it is moved to another', async () => {
    const reasonsFrom = async (site: string) => {
      const { answer } = await jail.dial(OTHER_SITE, ANNA, site);
      expect(answer).toMatchObject({ outcome: 'connect', recording: 'off' });
      await jail.hangUp(answer);
      return answer.reasons ?? [];
    };
    const unrecordedFrom = async (here: string, elsewhere: string) => {
      const reasons = await eventually(`presence at ${here}`, async () => {
        const found = await reasonsFrom(here);
        return !found.includes('caller-elsewhere') && found;
      });
      expect(reasons).toContain('number-protected');
      expect(await reasonsFrom(elsewhere)).toEqual(expect.arrayContaining(['number-protected', 'caller-elsewhere']));
    };
    await unrecordedFrom('N1', 'S1');
    await importList(jail.registrar, 'movements', [`${ANNA},N1,S1,01/01/2026`]);
    await unrecordedFrom('S1', 'N1');
    await importList(jail.registrar, 'movements', [`${ANNA},S1,N1,01/02/2026`]);
    await unrecordedFrom('N1', 'S1');
  }, 60_000);

  it('T3: a list that lost most of its entries in an upgrade is held for a second person, and ends nothing', async () => {
    const lines = Array.from({ length: 130 }, (_, n) => `714-555-0${100 + n},Y,Y,*,01/01/2020,,`);
    const list = { list: 'orange-county' };
    expect(await sendList(jail.registrar, 'do-not-record', lines, list)).toMatchObject({
      state: 'applied',
      added: 130,
    });
    const shrunk = await sendList(jail.registrar, 'do-not-record', lines.slice(0, 7), list);
    const losses = [{ scope: 'orange-county', entries: 130, departed: 123, departedBefore: 0 }];
    expect(shrunk).toMatchObject({ state: 'held', losses });
    await eventually(
      'the finding',
      async () => (await jail.auditor.audit.findings({ kind: 'list-shrunk' })).findings.length > 0,
    );
    const both = await jail.privity.as('registrar', 'registrar', 'approver');
    await expect(both.imports.approve(shrunk.importId)).rejects.toMatchObject({ status: 403 });
    const second = await jail.privity.as('approver', 'approver');
    expect(await second.imports.approve(shrunk.importId)).toMatchObject({ state: 'applied', ended: 0 });
    await jail.recordable(FRIEND);
    const { answer } = await jail.dial('714-555-0229');
    expect(answer.reasons).toContain('number-protected');
    await jail.hangUp(answer);
  }, 90_000);

  it('T12, at the desk: a number that is one digit off a lawyer’s is protected as it was entered, and the registrar is warned', async () => {
    const entry = { reason: 'attorney', basis: 'letter of 2026-11-20' };
    const slip = await jail.registrar.protections.protect({ number: '212-555-0119', ...entry });
    expect(slip.warnings).toMatchObject([{ code: 'near-match', field: 'number' }]);
    expect(JSON.stringify(slip)).not.toContain('0110');
    expect((await jail.registrar.protections.protect({ number: '914-555-0199', ...entry })).warnings).toBeUndefined();
  }, 30_000);

  it('T7: a lawyer registers without a token, is protected at once, has a receipt with a clock, and silence is escalated', async () => {
    const roll = ['NY,7,Reyes,Ana,Active,,212-555-0120,,,01/01/2001'];
    expect(await sendList(jail.registrar, 'bar-roll', roll, { list: 'roll-of-july' })).toMatchObject({
      state: 'applied',
    });
    await jail.recordable(REGISTERED);
    const anybody = jail.privity.client({});
    const form = { barState: 'NY', last: 'Reyes', first: 'Ana', email: 'reyes@example.org' };
    const known = await anybody.registrations.register({
      ...{ ...form, barNumber: '7', numbers: [{ number: REGISTERED }] },
    });
    const unknown = await anybody.registrations.register({
      ...{ ...form, barNumber: '8', numbers: [{ number: UNREGISTERED }] },
    });
    expect(Object.keys(unknown)).toEqual(Object.keys(known));
    await jail.unrecorded(REGISTERED, 'number-protected');
    expect((await jail.call(UNREGISTERED)).recording).toBe('after-notice');
    for (const { receipt, due } of [known, unknown]) {
      const { received: _received, ...status } = await eventually('the escalation', async () => {
        const shown = await anybody.registrations.status(receipt);
        return shown.escalated && shown;
      });
      expect(status).toEqual({ due, state: 'open', escalated: true });
    }
    await jail.finding('registration-overdue');
    const overdue = await eventually('both on the work list', async () => {
      const { items } = await jail.registrar.cases.work();
      const waiting = items.filter(({ kind }) => kind === 'overdue-receipt');
      return waiting.length === 2 && waiting;
    });
    expect(overdue.map(({ registration }) => registration).sort()).toEqual([known.receipt, unknown.receipt].sort());
    const [waiting] = overdue.filter(({ registration }) => registration === known.receipt);
    const { rollContacts } = await jail.registrar.registrations.form(known.receipt);
    expect(rollContacts).toEqual(['+12125550120']);
    await jail.registrar.attorneys.verify(String(waiting?.['attorney']), {
      registration: known.receipt,
      result: 'confirmed',
      via: 'roll-contact',
    });
    expect(await anybody.registrations.status(known.receipt)).toMatchObject({ state: 'answered' });
    // T9: what nobody confirmed was asked for again and again, facility by facility.
    const mail = await eventually('the confirmation', async () =>
      (await jail.privity.outbox()).find((text) => /Subject: Your registration is confirmed/.test(text)),
    );
    expect(mail).toMatch(/reyes@example\.org/);
    expect(mail).toMatch(/in every facility/);
    expect(await jail.privity.logs()).not.toMatch(/reyes@example|Reyes/i);
  }, 90_000);

  it('T7: a lawyer sees whether a number is protected by a code called out to it, and learns nothing else', async () => {
    const anybody = jail.privity.client({});
    await anybody.protections.requestCode(ROLL_LAWYER);
    const call = await eventually('the call', async () =>
      (await jail.privity.outbox()).find((text) => text.startsWith('{') && text.includes('0110')),
    );
    const { say } = JSON.parse(call) as { say: string };
    const [spoken = ''] = /(?:\d, ){5}\d/.exec(say) ?? [];
    const code = spoken.replaceAll(', ', '');
    const wrong = code === '000000' ? '000001' : '000000';
    await expect(anybody.protections.selfCheck(ROLL_LAWYER, wrong)).rejects.toMatchObject({ status: 403 });
    const answer = await anybody.protections.selfCheck(ROLL_LAWYER, code);
    expect(Object.keys(answer).sort()).toEqual(['protected', 'since']);
    expect(answer.protected).toBe(true);
    await expect(anybody.protections.selfCheck(ROLL_LAWYER, code)).rejects.toMatchObject({ status: 403 });
  }, 60_000);

  it('T9: a vendor’s list is held against the registry before it is believed, and an import says what was new and what is missing', async () => {
    const lines = [`${ONLY_DNR},Y,Y,*,01/01/2020,,`, '304-555-0101,Y,Y,*,01/01/2020,,'];
    const report = await sendList(jail.registrar, 'do-not-record', lines, { list: 'new-vendor' });
    expect(report).toMatchObject({ state: 'applied', ended: 0, comparison: { known: 1, news: 1 } });
    expect(report.comparison?.missing).toBeGreaterThan(5);
    await jail.unrecorded(ONLY_PRIVILEGED, 'number-protected');
  }, 60_000);

  it('P2: what one person entered ends when two want it, and only where nobody else says the same', async () => {
    const entry = { number: FRIEND, reason: 'attorney', basis: 'told by telephone' };
    const { protectionId } = await jail.registrar.protections.protect(entry);
    await jail.unrecorded(FRIEND, 'number-protected');
    const proposed = await jail.registrar.protections.proposeEnd(protectionId, 'a misheard name');
    await expect(jail.registrar.protections.agreeToEnd(protectionId, proposed)).rejects.toMatchObject({
      status: 403,
    });
    expect((await jail.call(FRIEND)).reasons).toContain('number-protected');
    const second = await jail.privity.as('approver', 'approver');
    await second.protections.agreeToEnd(protectionId, proposed);
    await jail.recordable(FRIEND);
    // P7: replay knows how the number stood before, meanwhile and afterwards.
    await eventually('the whole log', async () =>
      /\b[1-9]\d* decisions and \d+ attestations derived again, 0 differences/.test(
        await jail.privity.command('replay', 'decisions').catch(() => ''),
      ),
    );
  }, 60_000);

  it('T10: a number protected late seals what was recorded before, and a sealed recording answers as none', async () => {
    const { recording } = await jail.record(LATE_LAWYER);
    await eventually('the recording', () => jail.investigator.recordings.get(recording).catch(() => undefined));
    await jail.registrar.protections.protect({ number: LATE_LAWYER, reason: 'attorney', basis: 'letter of the bar' });
    const sealed = await eventually('the seal', async () => {
      const answer: unknown = await jail.investigator.recordings.get(recording).catch((error: unknown) => error);
      return answer instanceof Error && answer;
    });
    const never = await jail.investigator.recordings
      .get('01890000-0000-7000-8000-000000000000')
      .catch((error: unknown) => error);
    expect(sealed).toEqual(never);
    await expect(jail.investigator.recordings.play(recording, { purpose: 'T10' })).rejects.toMatchObject({
      status: 404,
    });
    await eventually(
      'the finding',
      async () => (await jail.auditor.audit.findings({ kind: 'recording-sealed-late' })).findings.length > 0,
    );
  }, 60_000);

  it('T4: a court order protects a person, whomever they call, wherever they are moved, and from its day on', async () => {
    const before = await jail.record(FRIEND, CARA);
    await eventually('the recording', () => jail.investigator.recordings.get(before.recording).catch(() => undefined));
    const { answer: live, permit } = await jail.dial(FRIEND, CARA);
    const media = jail.edge.calls.media(live.callId, permit, untilStopped());
    await sleep(1_500);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const order = { reason: 'court order', basis: 'order of Judge Ng', effectiveFrom: yesterday };
    expect(await jail.registrar.protections.protect({ caller: CARA, ...order })).toMatchObject({ since: yesterday });
    const during = await media;
    expect(during.ending).toMatch(/^permit-(revoked|lapsed)$/);
    await jail.hangUp(live);
    for (const { recording } of [before, during]) {
      await eventually(
        'the seal',
        async () => (await jail.investigator.recordings.get(recording).catch(() => 'none')) === 'none',
      );
    }
    for (const facility of ['N1', 'S1']) {
      const { answer } = await jail.dial(FRIEND, CARA, facility);
      expect(answer).toMatchObject({ outcome: 'connect', recording: 'off' });
      expect(answer.reasons).toContain('caller-protected');
      await jail.hangUp(answer);
    }
    // Booked anew, under another id: an unresolved match means unrecorded.
    await importList(jail.registrar, 'roster', ['1000000009,CARTER,Cára,01/01/1992,S1,IN']);
    await importList(jail.registrar, 'allowed-numbers', [`1000000009,${FRIEND},FRIEND,APPROVED`]);
    await eventually('the same person', async () =>
      (await jail.call(FRIEND, '1000000009', 'S1')).reasons?.includes('caller-protected'),
    );
    // The friend is no lawyer: others' calls to the same number may be recorded.
    await jail.recordable(FRIEND);
    const event = (await allEvents(jail.auditor, 'registry')).find(({ type }) => type === 'registry.CallerProtected');
    expect(event?.text).not.toContain(CARA);
    expect(await jail.privity.logs()).not.toContain(CARA);
  }, 90_000);
});
