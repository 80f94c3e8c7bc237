import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { derivedId, instant } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import { CASE_DUE_DAYS, caseStream, inCases, protectionCase, workDaysAfter } from '@privity/registry';
import type { ProtectionSource } from '@privity/registry';
import { handleCommand, JsonLog, Repeated, ServiceConfig } from '@privity/service';
import { DataSource } from 'typeorm';
import { OwnView } from '../events/own-view.js';

const LOOK_EVERY_MS = 60 * 60 * 1_000;
const AT_ONCE = 100;

interface Due {
  readonly kind: ProtectionSource['kind'];
  readonly ref: string;
  readonly of: 'number' | 'caller';
  readonly indexes: BlindIndex[];
}

/**
 * What people said, and no list repeats, has to be said again every year: a case asks, and nothing ends by itself. Lists
 * say what they say with each edition.
 */
@Injectable()
export class Attestations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly days: number;
  private looking: Repeated | undefined;

  constructor(
    private readonly database: DataSource,
    private readonly store: EventStore,
    private readonly view: OwnView,
    private readonly log: JsonLog,
    config: ServiceConfig,
  ) {
    this.days = config.env.integer('PRIVITY_ATTESTATION_DAYS', 365);
  }

  onApplicationBootstrap(): void {
    this.looking = new Repeated(
      () => this.openDue(),
      LOOK_EVERY_MS,
      (error) => this.log.failure('protections that are due to be attested could not be looked for', error, 'warn'),
    );
    this.looking.turn();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.looking?.end();
  }

  /** Before a person's word is taken: a stop in between leaves a line about nothing, which is passed over when it is due. */
  async expect({ kind, ref }: ProtectionSource, of: 'number' | 'caller', index: BlindIndex): Promise<void> {
    await this.database.query(
      `insert into attestation (source_kind, ref, subject_kind, index, due_at)
       values ($1, $2, $3, $4, now() + make_interval(days => $5))
       on conflict do nothing`,
      [kind, ref, of, index, this.days],
    );
  }

  /** Opens a case for whatever nobody has attested for a year; it is asked again a year later. */
  async openDue(): Promise<void> {
    for (;;) {
      const due: Due[] = await this.database.query(
        `select source_kind as kind, ref, subject_kind as of, array_agg(index order by index) as indexes from attestation
         where due_at <= now() group by source_kind, ref, subject_kind limit $1`,
        [AT_ONCE],
      );
      if (due.length === 0) return;
      for (const one of due) await this.ask(one);
    }
  }

  private async ask({ kind, ref, of, indexes }: Due): Promise<void> {
    const view = await this.view.current();
    const standing = indexes.filter((index) =>
      view.isProtected(index)?.statements.some(({ source }) => source.kind === kind && source.ref === ref),
    );
    const due = workDaysAfter(instant(), CASE_DUE_DAYS['attestation-due']);
    const attorney = ref.startsWith('attorney-') ? { attorney: ref } : {};
    for (const [n, some] of inCases(standing).entries()) {
      const id = derivedId(`${kind}:${ref}`, 'attestation-due', n);
      const about = { case: id, cause: 'attestation-due', of, indexes: some, ends: { kind, ref }, due } as const;
      const command = { type: 'open-case', about: { ...about, ...attorney } } as const;
      await handleCommand(this.store, protectionCase, caseStream(id), command, { correlationid: id });
    }
    await this.database.query(
      `update attestation set due_at = now() + make_interval(days => greatest($4, 1))
       where source_kind = $1 and ref = $2 and subject_kind = $3 and due_at <= now()`,
      [kind, ref, of, this.days],
    );
  }
}
