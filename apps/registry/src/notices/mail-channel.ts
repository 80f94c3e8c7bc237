import { Injectable } from '@nestjs/common';
import type { Instant } from '@privity/kernel';
import { isEmailAddress } from '@privity/registry';
import type { NoticeText } from '@privity/registry';
import { createTransport, type Transporter } from 'nodemailer';
import { AddressUnusable } from './notice-errors.js';
import { NoticeSettings } from './notice-settings.js';
import { OutboxFolder } from './outbox-folder.js';

/** To one address. */
export interface Mail extends NoticeText {
  readonly to: string;
  /** When what it speaks of happened: the same message is the same bytes, however often it is sent. */
  readonly at: Instant;
}

const SERVER_LIMIT_MS = 10_000;
/** Also for a server that answers all the time and never ends. Less than a claim lasts. */
const ATTEMPT_LIMIT_MS = 60_000;
const CONNECTIONS = 2;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** What a message could pull in by name; ours is text. */
const CLOSED = { disableFileAccess: true, disableUrlAccess: true };

/** Messages by SMTP where there is a server, else the very same messages as files. */
@Injectable()
export class MailChannel {
  private readonly smtp: Transporter | undefined;
  private readonly writer = createTransport({ streamTransport: true, buffer: true, newline: 'windows', ...CLOSED });

  constructor(
    private readonly settings: NoticeSettings,
    private readonly folder: OutboxFolder,
  ) {
    const { smtpUrl: url } = settings;
    if (url === undefined) return;
    this.smtp = createTransport({
      url,
      pool: true,
      maxConnections: CONNECTIONS,
      // Whether to try again, and when, is the outbox's matter.
      maxRequeues: 0,
      dnsTimeout: SERVER_LIMIT_MS,
      connectionTimeout: SERVER_LIMIT_MS,
      greetingTimeout: SERVER_LIMIT_MS,
      socketTimeout: 2 * SERVER_LIMIT_MS,
      // Who registered which lines is nobody's business on the way; `?requireTLS=false` in the URL says otherwise.
      requireTLS: !LOOPBACK.test(new URL(url).hostname),
      ...CLOSED,
    });
  }

  /**
   * Sends it, or sends it again: by its Message-ID a reader, and most mail servers, see that it is the same.
   * @throws AddressUnusable, or whatever the server or the disk has against it
   */
  async send(notice: string, { to, at, subject, text }: Mail, stopped: AbortSignal): Promise<'smtp' | 'file'> {
    if (!isEmailAddress(to)) throw new AddressUnusable();
    const message = {
      from: { name: 'Registry of protected numbers', address: this.settings.office },
      to: { name: '', address: to },
      messageId: `<${notice}@privity>`,
      date: new Date(at),
      subject,
      text,
      // Nobody's absence note is an answer, and none may start a conversation between two machines.
      headers: { 'auto-submitted': 'auto-generated' },
    };
    if (this.smtp !== undefined) {
      const signal = AbortSignal.any([stopped, AbortSignal.timeout(ATTEMPT_LIMIT_MS)]);
      await this.smtp.sendMail({ ...message, signal });
      return 'smtp';
    }
    const { message: bytes } = await this.writer.sendMail(message);
    await this.folder.putMail(notice, bytes as Buffer);
    return 'file';
  }

  close(): void {
    this.smtp?.close();
  }
}
