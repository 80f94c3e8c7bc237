import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import { NOTICE_ATTEMPTS, noticeDelivery, noticeStream, pauseAfter } from '@privity/registry';
import type { ConcludeNotice } from '@privity/registry';
import { handleCommand, JsonLog, readState } from '@privity/service';
import { CallChannel } from './call-channel.js';
import { MailChannel } from './mail-channel.js';
import { NoticeContent } from './notice-content.js';
import { problemOf, Undeliverable } from './notice-errors.js';
import { NoticeSettings } from './notice-settings.js';
import { type DueNotice, Outbox } from './outbox.js';

/**
 * One attempt at one message. In order: it leaves the house, the event says so, the row is marked. A process that dies after
 * the first sends it once more under the same Message-ID; one that dies after the second only marks it.
 */
@Injectable()
export class NoticeSender {
  constructor(
    private readonly store: EventStore,
    private readonly outbox: Outbox,
    private readonly content: NoticeContent,
    private readonly mail: MailChannel,
    private readonly calls: CallChannel,
    private readonly settings: NoticeSettings,
    private readonly log: JsonLog,
  ) {}

  /** @param stopped cuts it off */
  async attempt(notice: DueNotice, stopped: AbortSignal): Promise<void> {
    try {
      const told = await readState(this.store, noticeDelivery, noticeStream(notice.id));
      if (told === 'waiting') await this.tell(notice, { sent: await this.send(notice, stopped) });
      await this.conclude(notice, told === 'failed' ? 'failed' : 'sent');
    } catch (error) {
      // Cut off by our own end: whoever claims it next tries again.
      if (stopped.aborted) return;
      await this.afterFailure(notice, error);
    }
  }

  private async send(notice: DueNotice, stopped: AbortSignal): Promise<'smtp' | 'file'> {
    if (notice.kind === 'call-back-code') return this.calls.send(notice);
    return this.mail.send(notice.id, await this.content.mail(notice), stopped);
  }

  private async afterFailure(notice: DueNotice, error: unknown): Promise<void> {
    const { id, kind, attempts } = notice;
    const problem = problemOf(error);
    this.log.line('warn', 'a notice could not be sent', { notice: id, kind, attempts, problem });
    if (attempts < NOTICE_ATTEMPTS && !(error instanceof Undeliverable)) {
      await this.outbox.tryAgain(notice, problem, pauseAfter(attempts, this.settings.firstPauseMs));
      return;
    }
    await this.tell(notice, { failedAfter: attempts });
    await this.conclude(notice, 'failed', problem);
  }

  private async conclude(notice: DueNotice, state: 'sent' | 'failed', problem?: string): Promise<void> {
    if (notice.kind === 'call-back-code') await this.calls.forget(notice);
    await this.outbox.conclude(notice, state, problem);
  }

  private async tell({ id, kind, about, event }: DueNotice, outcome: ConcludeNotice['outcome']): Promise<void> {
    const command: ConcludeNotice = { type: 'conclude-notice', notice: { notice: id, kind, about }, outcome };
    await handleCommand(this.store, noticeDelivery, noticeStream(id), command, {
      ...(event === null ? {} : { causationid: event }),
      idOf: (n) => derivedId(id, 'sent' in outcome ? 'sent' : 'failed', n),
    });
  }
}
