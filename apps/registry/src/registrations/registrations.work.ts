import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { instant } from '@privity/kernel';
import { IsNull, Repository } from 'typeorm';
import type { WorkItem, WorkSource } from '../http/work.js';
import { RegistrationEntry } from '../read-models/registration.entity.js';

/** Anybody may send a form: what is shown at once ends somewhere, and the rest follows as these are answered. */
const SHOWN = 1_000;

/** Registrations that wait for a second person, and those that waited too long (T7). */
@Injectable()
export class RegistrationsWork implements WorkSource {
  constructor(@InjectRepository(RegistrationEntry) private readonly entries: Repository<RegistrationEntry>) {}

  async items(): Promise<readonly WorkItem[]> {
    const open = await this.entries.find({
      where: { answered: IsNull() },
      order: { due: 'asc', id: 'asc' },
      take: SHOWN,
    });
    return open.flatMap(({ id, attorney, as, received, enteredBy, matched, escalated, due: date }) => {
      const due = instant(date);
      const about = { attorney, registration: id, as, matched, enteredBy };
      const verification = { kind: 'verification', owner: 'registrar', due, events: [received], ...about } as const;
      if (escalated === null) return [verification];
      return [
        verification,
        { kind: 'overdue-receipt', owner: 'approver', due, events: [received, escalated], ...about } as const,
      ];
    });
  }
}
