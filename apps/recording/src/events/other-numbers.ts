import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { recordingDecider, recordingStream } from '@privity/recording';
import { readState } from '@privity/service';
import type { EntityManager } from 'typeorm';
import { recordingIdOf } from '../recorder/recorder.js';
import { type Found, Sealing, takeTurns } from './sealing.js';

/** Numbers beside the dialled one: what becomes known of them later seals the recording as well (P8). */
@Injectable()
export class OtherNumbers {
  constructor(
    private readonly store: EventStore,
    private readonly sealing: Sealing,
  ) {}

  /** @param cause id of the event that names them */
  async remember(manager: EntityManager, call: string, numbers: readonly string[], cause: string): Promise<void> {
    if (numbers.length === 0) return;
    await takeTurns(manager);
    const recording = recordingIdOf(call);
    await manager.query(
      'insert into recorded_other (recording, number) select $1, unnest($2::text[]) on conflict do nothing',
      [recording, numbers],
    );
    const known = (await manager.query(
      'select cause from protected_number where index = any($1) and ended_at is null limit 1',
      [numbers],
    )) as Pick<Found, 'cause'>[];
    const { phase } = await readState(this.store, recordingDecider, recordingStream(recording));
    if (phase === 'none') return;
    await this.sealing.seal(
      known.map((one) => ({ recording, reason: 'number-protected', ...one })),
      cause,
    );
  }
}
