import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { noticeStream } from '@privity/registry';
import { Pool } from 'pg';
import { Installation } from '../testing/installation.js';
import { MailServer } from '../testing/mail-server.js';
import { concluded, heardItself, outboxFiles, outboxRows } from '../testing/outbox.js';
import { receiveRegistration } from '../testing/registrations.js';
import { Outbox } from './outbox.js';

describe('with a mail server, a notice', () => {
  let place: Installation;
  let server: MailServer;
  beforeAll(async () => {
    server = await new MailServer().start();
    place = await Installation.start({ SMTP_URL: server.url, PRIVITY_NOTICE_RETRY_MS: '50' });
  }, 60_000);
  afterAll(async () => {
    await place.stop();
    await server.stop();
  }, 60_000);

  const received = (to: string) => server.received.filter((mail) => mail.to.includes(to));
  const messageId = (mail: { message: string } | undefined) => /^Message-ID: (.*)$/m.exec(mail?.message ?? '')?.[1];

  it('goes to the address of the form and nowhere else, from the office', async () => {
    const { stream } = await receiveRegistration(place, 'ana@law.example', '+12125550142');
    const [row] = await concluded(place, stream);
    const [mail] = received('ana@law.example');
    expect(mail).toMatchObject({ from: 'registry@localhost', to: ['ana@law.example'] });
    expect(mail?.message).toMatch(/^Subject: Your registration was received\r?$/m);
    expect(mail?.message).not.toMatch(/Ng|Bcc|evil/);
    expect(messageId(mail)).toBe(`<${row?.id}@privity>`);
    const [event] = await place.registry.app.get(EventStore).readStream(noticeStream(row?.id ?? ''));
    expect(parseEnvelope(event?.text ?? '')).toMatchObject({ data: { channel: 'smtp', about: stream } });
    await expect(outboxFiles(place)).rejects.toMatchObject({ code: 'ENOENT' });
  }, 60_000);

  it('waits while the server is away, and goes out once when it is back', async () => {
    await server.stop();
    const { stream } = await receiveRegistration(place, 'late@law.example', '+12125550143');
    await heardItself(place);
    for (let rows = await outboxRows(place, stream); (rows[0]?.attempts ?? 0) < 3;)
      rows = await outboxRows(place, stream);
    await server.start();
    const [row] = await concluded(place, stream);
    expect(row?.state).toBe('sent');
    expect(received('late@law.example')).toHaveLength(1);
  }, 60_000);

  it('that may or may not have gone out goes again, recognisably the same', async () => {
    server.hangUpOnce = true;
    const { stream } = await receiveRegistration(place, 'twice@law.example', '+12125550144');
    await concluded(place, stream);
    const [first, second, third] = received('twice@law.example');
    expect(messageId(first)).toBe(messageId(second));
    expect(first?.message).toBe(second?.message);
    expect(third).toBeUndefined();
  }, 60_000);

  it('is in the hands of one process at a time, and in no dead one for ever', async () => {
    await place.registry.close();
    const pool = new Pool({ connectionString: place.registry.config.databaseUrl });
    const outbox = new Outbox(pool);
    await place.query(
      `insert into outbox_notice (id, kind, about) select gen_random_uuid(), 'case', 'case-x' from generate_series(1, 12)`,
    );
    const claims = await Promise.all(Array.from({ length: 20 }, () => outbox.claim(['case'])));
    const first = claims.filter((claim) => claim !== undefined);
    expect([first.length, new Set(first.map(({ id }) => id)).size]).toEqual([12, 12]);
    await place.query(`update outbox_notice set next_at = now() where id = $1`, [first[0]?.id]);
    const second = await outbox.claim(['case']);
    expect(second).toMatchObject({ id: first[0]?.id, attempts: 2 });
    // The slower one speaks of an attempt that is over: the row stays with whoever has it now.
    await outbox.tryAgain({ ...first[0]!, attempts: 1 }, 'late', 0);
    expect(await outbox.claim(['case'])).toBeUndefined();
    await place.query(`update outbox_notice set state = 'failed' where about = 'case-x'`);
    await pool.end();
    await place.boot();
  }, 60_000);

  it('that nobody takes is given up in the end, and no address is in the log', async () => {
    await place.registry.close();
    place.more['PRIVITY_NOTICE_RETRY_MS'] = '1';
    await place.boot();
    server.refuse = true;
    const { stream } = await receiveRegistration(place, 'nobody@law.example', '+12125550146');
    const [row] = await concluded(place, stream);
    expect(row).toMatchObject({ state: 'failed', attempts: 12, problem: 'smtp-550' });
    const events = await place.registry.app.get(EventStore).readStream(noticeStream(row?.id ?? ''));
    expect(events.map(({ text }) => parseEnvelope(text))).toMatchObject([
      { type: 'registry.NoticeFailed', data: { kind: 'receipt', about: stream, attempts: 12 } },
    ]);
    expect(place.log.join('')).toMatch(/a notice could not be sent/);
    expect(place.log.join('')).not.toMatch(/law\.example|127\.0\.0\.1:\d+\/?"/);
  }, 60_000);
});
