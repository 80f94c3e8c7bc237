import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { uuidv7 } from '@privity/kernel';
import { caseStream, noticeStream } from '@privity/registry';
import { SubjectKeys } from '@privity/service';
import { Installation } from '../testing/installation.js';
import { concluded, heardItself, mailOf, outboxFiles, outboxRows } from '../testing/outbox.js';
import { answerRegistration, receiveRegistration, record } from '../testing/registrations.js';
import { post } from '../testing/requests.js';
import { NoticeContent } from './notice-content.js';
import { NotProtected } from './notice-errors.js';
import type { DueNotice } from './outbox.js';
import { OutboxFolder } from './outbox-folder.js';

const OFFICE = 'office@county.example';

describe('without a mail server, a notice is a file', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start({ PRIVITY_REGISTRY_OFFICE: OFFICE, PRIVITY_NOTICE_RETRY_MS: '1' });
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const eventsOf = async (notice: string) =>
    (await place.registry.app.get(EventStore).readStream(noticeStream(notice))).map(({ text }) => parseEnvelope(text));

  it('a receipt: whoever registered, known or not, gets the same (T7)', async () => {
    const { registration, stream } = await receiveRegistration(
      place,
      'ana@law.example',
      '+12125550142',
      '+12125550107',
    );
    const [row] = await concluded(place, stream);
    const mail = await mailOf(place, row?.id ?? '');
    const [head = '', body = ''] = mail.split(/\r\n\r\n([^]*)/);
    expect(head.split('\r\n')).toEqual(
      expect.arrayContaining([
        `From: Registry of protected numbers <${OFFICE}>`,
        'To: ana@law.example',
        'Subject: Your registration was received',
        `Message-ID: <${row?.id}@privity>`,
        'Auto-Submitted: auto-generated',
      ]),
    );
    expect(body).toContain('ending in 42, 07.');
    expect(body).toContain(registration);
    expect(mail).not.toMatch(/Ng|Roy|evil|100001|5550142/);
    expect(await eventsOf(row?.id ?? '')).toMatchObject([
      { type: 'registry.NoticeSent', data: { notice: row?.id, kind: 'receipt', about: stream, channel: 'file' } },
    ]);
    const modes = await Promise.all(
      [place.outbox, join(place.outbox, `${row?.id}.eml`)].map(async (p) => (await stat(p)).mode),
    );
    expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(['700', '600']);
  }, 60_000);

  it('an answer: what is protected, everywhere, since when (T9)', async () => {
    const numbers = ['+12125550151', '+12125550152'];
    for (const number of numbers) {
      const body = { number, reason: 'attorney', basis: 'form', effectiveFrom: '2026-01-02T03:04:00Z' };
      expect((await post(place, '/api/protections', body, ['registrar'])).status).toBe(201);
    }
    const { registration, stream } = await receiveRegistration(place, 'ana@law.example', ...numbers);
    await answerRegistration(place, registration, 'confirmed');
    const [answer] = (await concluded(place, stream, 2)).filter(({ kind }) => kind === 'answer');
    const mail = await mailOf(place, answer?.id ?? '');
    expect(mail).toMatch(/by voice and by video[^]*every facility[^]*51: since 2026-01-02 03:04 UTC[^]*52: since/);
  }, 60_000);

  it('confirms nothing that does not hold: where two people ended it meanwhile, it is not sent', async () => {
    const { registration, stream, attorney, numbers } = await receiveRegistration(
      place,
      'ana@law.example',
      '+12125550159',
    );
    await answerRegistration(place, registration, 'confirmed');
    await concluded(place, stream, 2);
    const [index = ''] = numbers;
    const source = { kind: 'registration', ref: attorney };
    const data = { of: 'number', index, source, settlement: uuidv7(), left: 0 };
    const content = place.registry.app.get(NoticeContent);
    const [answer] = await place.query<DueNotice>(
      `select *, event_id as event from outbox_notice where about = $1 and kind = 'answer'`,
      [stream],
    );
    if (answer === undefined) throw new Error('no answer was left');
    expect(await content.mail(answer)).toMatchObject({ to: 'ana@law.example' });
    await place.registry.app
      .get(EventStore)
      .append(`number-${index}`, 'any', [{ type: 'registry.ProtectionEnded', data }]);
    await expect(content.mail(answer)).rejects.toThrow(NotProtected);
  }, 60_000);

  it('where nothing is confirmed: that it was answered, and whom to ask', async () => {
    const { registration, stream } = await receiveRegistration(place, 'ana@law.example', '+12125550160');
    await answerRegistration(place, registration, 'not-confirmed');
    const [answer] = (await concluded(place, stream, 2)).filter(({ kind }) => kind === 'answer');
    expect(await mailOf(place, answer?.id ?? '')).toMatch(new RegExp(`Please ask ${OFFICE}`));
  }, 60_000);

  it('to the office: what is overdue, and each case, without a name or a number (T7)', async () => {
    const { registration, stream } = await receiveRegistration(place, undefined, '+12125550161');
    await record(place, stream, 'registry.RegistrationEscalated', { registration, due: '2026-12-03T17:04:00.000Z' });
    const id = uuidv7();
    const opened = { case: id, cause: 'end-asked', of: 'number', indexes: ['e1.secret'], ends: { kind: 'staff' } };
    await record(place, caseStream(id), 'registry.CaseOpened', { ...opened, due: '2026-12-04T09:00:00.000Z' });
    for (const [about, said] of [
      [stream, registration],
      [caseStream(id), id],
    ] as const) {
      const [row] = await concluded(place, about);
      const mail = await mailOf(place, row?.id ?? '');
      expect(mail).toContain(`To: ${OFFICE}`);
      expect(mail).toContain(said);
      expect(mail).not.toMatch(/secret|Ng|5550161/);
    }
  }, 60_000);

  it.each([undefined, '', '  '])('none where the form names no address (%j)', async (email) => {
    const { registration, stream } = await receiveRegistration(place, email, '+12125550162');
    await answerRegistration(place, registration, 'not-confirmed');
    await heardItself(place);
    expect(await outboxRows(place, stream)).toEqual([]);
  });

  it.each(['a@b.example\r\nBcc: x@evil.example', 'a@b.example, x@evil.example', 'Ana <a@b.example>'])(
    'to %j: none, at once, and a person is told',
    async (email) => {
      const { stream } = await receiveRegistration(place, email, '+12125550163');
      const [row] = await concluded(place, stream);
      expect(row).toMatchObject({ state: 'failed', attempts: 1, problem: 'address-unusable' });
      expect(await outboxFiles(place)).not.toContain(`${row?.id}.eml`);
    },
  );

  it('none to somebody who was forgotten meanwhile', async () => {
    await place.query(`alter table outbox_notice alter column next_at set default now() + interval '1 day'`);
    const { stream } = await receiveRegistration(place, 'ana@law.example', '+12125550164');
    await heardItself(place);
    await place.registry.app.get(SubjectKeys).destroy(stream);
    await place.query('update outbox_notice set next_at = now() where about = $1', [stream]);
    await place.query('alter table outbox_notice alter column next_at set default now()');
    expect(await concluded(place, stream)).toMatchObject([{ state: 'failed', problem: 'contact-forgotten' }]);
  }, 60_000);

  it('goes out once, however often its event is delivered and whoever was killed before the row was marked', async () => {
    const { stream } = await receiveRegistration(place, 'ana@law.example', '+12125550165');
    const [row] = await concluded(place, stream);
    const path = join(place.outbox, `${row?.id}.eml`);
    await writeFile(path, 'read by somebody');
    await place.registry.close();
    await place.query('delete from event_stream.checkpoint');
    await place.query(`update outbox_notice set state = 'waiting', next_at = now() where id = $1`, [row?.id]);
    await place.boot();
    await heardItself(place);
    expect(await concluded(place, stream)).toHaveLength(1);
    expect(await mailOf(place, row?.id ?? '')).toBe('read by somebody');
    expect(await eventsOf(row?.id ?? '')).toHaveLength(1);
  }, 60_000);

  it('leaves no half-written file for ever, and takes no whole one away', async () => {
    const old = new Date(Date.now() - 11 * 60_000);
    for (const name of ['a.eml', 'a.eml.17.ab', 'b.eml.17.ab']) await writeFile(join(place.outbox, name), 'x');
    for (const name of ['a.eml', 'a.eml.17.ab']) await utimes(join(place.outbox, name), old, old);
    await place.registry.app.get(OutboxFolder).sweep();
    const left = await outboxFiles(place);
    expect([left.includes('a.eml'), left.includes('a.eml.17.ab'), left.includes('b.eml.17.ab')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('writes no address, name or number into its log, its table or an event', async () => {
    const rows = await place.query('select * from outbox_notice');
    const events = await place.query<{ event: string }>('select event from event_store.event');
    const written = place.log.join('') + JSON.stringify(rows) + events.map(({ event }) => event).join('');
    expect(rows.length).toBeGreaterThan(10);
    expect(written).not.toMatch(/law\.example|county\.example|evil|555016\d/);
  });
});
