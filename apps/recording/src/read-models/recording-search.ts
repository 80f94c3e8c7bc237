import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { isInstant, isUuid, uuidv7, type Instant } from '@privity/kernel';
import { LISTENER_ROLES, type RecordingsSearched } from '@privity/recording';
import { Forbidden, type Principal } from '@privity/service';
import { DataSource } from 'typeorm';

/**
 * Where the page before ended. It says so itself, since one that had to be looked up would tell a sealed recording from
 * one that never was (P12), and would lose its place when the recording was sealed between two pages.
 */
export interface SearchCursor {
  readonly startedAt: Instant;
  readonly recording: string;
}

export interface SearchCriteria {
  readonly recording?: string;
  /** The dialler's own call id. */
  readonly call?: string;
  readonly facility?: string;
  /** Start, inclusive. */
  readonly from?: Instant;
  /** Start, exclusive. */
  readonly to?: Instant;
  readonly after?: SearchCursor;
  readonly limit: number;
}

/** A recording as a search shows it: no party, no sound. */
export interface FoundRecording {
  readonly id: string;
  readonly callId: string;
  readonly facility: string;
  readonly startedAt: Instant;
  readonly state: 'started' | 'completed';
  readonly seconds?: number;
  readonly bytes?: number;
  readonly ending?: string;
}

interface Row {
  id: string;
  call_id: string;
  facility: string;
  started_at: Date;
  state: 'started' | 'completed';
  seconds: number | null;
  bytes: string | null;
  ending: string | null;
}

/** Searching is an access: it has roles, leaves an event before the answer, and omits what is sealed (P4, P12). */
@Injectable()
export class RecordingSearch {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  /** @throws Forbidden, its event durable */
  async find(
    criteria: SearchCriteria,
    who: Principal,
  ): Promise<{ readonly recordings: readonly FoundRecording[]; readonly next?: string }> {
    if (!who.roles.some((role) => role === 'operator' || LISTENER_ROLES.includes(role))) {
      await this.say(criteria, 'refused-role', 0, who);
      throw new Forbidden('None of your roles may search recordings.');
    }
    const rows = await this.select(criteria, who.facility);
    const shown = rows.slice(0, criteria.limit);
    await this.say(criteria, 'answered', shown.length, who);
    const last = rows.length > shown.length ? shown.at(-1) : undefined;
    return { recordings: shown.map(found), ...(last === undefined ? {} : { next: cursorText(last) }) };
  }

  /** One row more than the limit, to know whether there is a next page. */
  private async select(criteria: SearchCriteria, within: string | undefined): Promise<Row[]> {
    if (criteria.recording === '') return [];
    const { recording, call, facility, from, to, after, limit } = criteria;
    const values = [recording, call, facility, within, from, to, after?.startedAt, after?.recording].map(
      (value) => value ?? null,
    );
    return this.dataSource.query(
      `select r.recording as id, m.call_id, r.facility, r.started_at, r.state, r.seconds, r.bytes, r.ending
       from recordings_v1.recording r join call_media m on m.recording = r.recording
       where not r.sealed
         and ($1::uuid is null or r.recording = $1) and ($2::text is null or m.call_id = $2)
         and ($3::text is null or r.facility = $3) and ($4::text is null or r.facility = $4)
         and ($5::timestamptz is null or r.started_at >= $5) and ($6::timestamptz is null or r.started_at < $6)
         and ($7::timestamptz is null or (r.started_at, r.recording) < ($7, $8::uuid))
       order by r.started_at desc, r.recording desc
       limit $9`,
      [...values, limit + 1],
    );
  }

  private async say(
    criteria: SearchCriteria,
    outcome: RecordingsSearched['data']['outcome'],
    results: number,
    who: Principal,
  ): Promise<void> {
    const { recording, call, facility, from, to } = criteria;
    const asked = Object.entries({ recording, call, facility, from, to }).filter(([, value]) => value !== undefined);
    const data: RecordingsSearched['data'] = { criteria: Object.fromEntries(asked), outcome, results };
    const event = { type: 'recording.RecordingsSearched', data, actor: who.subject };
    await this.store.append(`recording-search-${uuidv7()}`, 'no stream', [event]);
  }
}

function cursorText({ started_at: startedAt, id }: Row): string {
  return `${startedAt.toISOString()}_${id}`;
}

/** Undefined: not one of ours. */
export function readCursor(text: string): SearchCursor | undefined {
  const [startedAt = '', recording = ''] = text.split('_');
  return isInstant(startedAt) && isUuid(recording) ? { startedAt, recording } : undefined;
}

function found(row: Row): FoundRecording {
  const { id, call_id: callId, facility, started_at: startedAt, state, seconds, bytes, ending } = row;
  return {
    id,
    callId,
    facility,
    startedAt: startedAt.toISOString(),
    state,
    ...(seconds === null ? {} : { seconds }),
    ...(bytes === null ? {} : { bytes: Number(bytes) }),
    ...(ending === null ? {} : { ending }),
  };
}
