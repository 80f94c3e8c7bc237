import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import type { NoticeKind } from '@privity/registry';
import { JsonLog, Repeated, Stopping } from '@privity/service';
import { MailChannel } from './mail-channel.js';
import { NoticeSender } from './notice-sender.js';
import { Outbox } from './outbox.js';
import { OutboxFolder } from './outbox-folder.js';

const LOOK_EVERY_MS = 500;
const SWEEP_EVERY_MS = 60_000;

/** Beside each other: a mail server that does not answer must not hold a call back until its code has run out. */
const LANES: readonly (readonly NoticeKind[])[] = [['receipt', 'answer', 'escalation', 'case'], ['call-back-code']];

/** Sends what stands in the outbox, in every replica at once: a row is claimed by one of them. */
@Injectable()
export class NoticeWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private repeated: readonly Repeated[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly outbox: Outbox,
    private readonly sender: NoticeSender,
    private readonly mail: MailChannel,
    private readonly folder: OutboxFolder,
    private readonly stopping: Stopping,
    private readonly log: JsonLog,
  ) {}

  onApplicationBootstrap(): void {
    const told = (message: string) => (error: unknown) => this.log.failure(message, error, 'warn');
    const lanes = LANES.map(
      (lane) => new Repeated(() => this.empty(lane), LOOK_EVERY_MS, told('the outbox could not be emptied')),
    );
    const sweep = new Repeated(() => this.folder.sweep(), SWEEP_EVERY_MS, told('the outbox could not be swept'));
    sweep.turn();
    this.repeated = [...lanes, sweep];
  }

  /** What is being sent is cut off, and sent again by whoever comes next. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.repeated.map((one) => one.end()));
    this.mail.close();
  }

  private async empty(lane: readonly NoticeKind[]): Promise<void> {
    const { signal } = this.stopping;
    // A store that takes no events could not say that a message went out, and it would go out again and again.
    while (!signal.aborted && this.store.restored === undefined) {
      const notice = await this.outbox.claim(lane);
      if (notice === undefined) return;
      await this.sender.attempt(notice, signal);
    }
  }
}
