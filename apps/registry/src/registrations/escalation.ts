import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EventStore } from '@privity/event-store';
import { instant } from '@privity/kernel';
import { registration, registrationStream } from '@privity/registry';
import { ConfigError, handleCommand, JsonLog, Repeated, ServiceConfig } from '@privity/service';
import { IsNull, LessThanOrEqual, Repository } from 'typeorm';
import { RegistrationEntry } from '../read-models/registration.entity.js';

const EVERY = 'PRIVITY_REGISTRY_ESCALATION_EVERY_MS';
const MINUTE_MS = 60_000;
const SHORTEST_MS = 100;
const AT_ONCE = 100;

/**
 * The clock of receipts (T7): what nobody answered in time becomes an event. Every replica looks; whichever comes first
 * makes it, since the stream takes it once.
 */
@Injectable()
export class Escalation implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly everyMs: number;
  private looking: Repeated | undefined;

  constructor(
    @InjectRepository(RegistrationEntry) private readonly entries: Repository<RegistrationEntry>,
    private readonly store: EventStore,
    private readonly log: JsonLog,
    { env }: ServiceConfig,
  ) {
    this.everyMs = env.integer(EVERY, MINUTE_MS);
    if (this.everyMs < SHORTEST_MS) throw new ConfigError(EVERY, `is below ${SHORTEST_MS}`);
  }

  onApplicationBootstrap(): void {
    this.looking = new Repeated(
      () => this.look(),
      this.everyMs,
      (error) => this.log.failure('overdue registrations could not be looked for', error, 'warn'),
    );
  }

  /** The database is closed only after a look under way. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.looking?.end();
  }

  private async look(): Promise<void> {
    const overdue = await this.entries.find({
      where: { answered: IsNull(), escalated: IsNull(), due: LessThanOrEqual(new Date()) },
      order: { due: 'asc' },
      take: AT_ONCE,
    });
    for (const { id } of overdue) {
      const command = { type: 'escalate-registration', now: instant() } as const;
      await handleCommand(this.store, registration, registrationStream(id), command);
    }
  }
}
