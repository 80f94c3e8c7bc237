import { EventStore, parseEnvelope } from '@privity/event-store';
import { BlindIndexer } from '@privity/kernel';
import { numberStream, registrationStream } from '@privity/registry';
import type { NumberProtected } from '@privity/registry';
import { FileKeyRing } from '@privity/service';
import type { Role } from '@privity/service';
import { setTimeout as pause } from 'node:timers/promises';
import type { Installation } from './installation.js';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** Everybody who has to do with registrations: who sends a form, who verifies, and who looks at what came of it. */
export class RegistrationDesk {
  private readonly indexer: BlindIndexer;

  constructor(private readonly place: Installation) {
    this.indexer = new BlindIndexer(FileKeyRing.open(place.keys.index), 'number-index');
  }

  get store(): EventStore {
    return this.place.registry.app.get(EventStore);
  }

  /** @param who nobody: without a token, as the public does */
  async ask(
    method: 'GET' | 'POST',
    path: string,
    who?: [string, ...Role[]],
    body?: unknown,
    more = {},
  ): Promise<Answer> {
    const headers = {
      ...(who === undefined ? {} : { authorization: `Bearer ${await this.place.tokenOf(...who)}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${this.place.registry.url}${path}`, { method, headers, ...sent });
    return { status: answer.status, body: (await answer.json()) as Answer['body'], headers: answer.headers };
  }

  register(form: object, more: object = {}): Promise<Answer> {
    return this.ask('POST', '/api/registrations', undefined, form, more);
  }

  async receiptOf(form: object): Promise<string> {
    return String((await this.register(form)).body['receipt']);
  }

  verify(attorney: string, who: [string, ...Role[]], body: object): Promise<Answer> {
    const said = { result: 'confirmed', via: 'roll-contact', ...body };
    return this.ask('POST', `/api/attorneys/${attorney}/verification`, who, said);
  }

  /** What is asked of a registration, as its stream has it. */
  async history(registration: string) {
    return (await this.store.readStream(registrationStream(registration))).map(({ text }) => parseEnvelope(text));
  }

  async attorneyOf(registration: string): Promise<string> {
    return (await this.history(registration)).map(({ data }) => (data as { attorney: string }).attorney)[0] ?? '';
  }

  /** What protects a number, without ending it. */
  async protections(number: string) {
    const stream = numberStream(this.indexer.index(number));
    const events = (await this.store.readStream(stream)).map(({ text }) =>
      parseEnvelope<NumberProtected['data']>(text),
    );
    return events.filter(({ type }) => type === 'registry.NumberProtected').map(({ data }) => data);
  }

  indexOf(number: string): string {
    return this.indexer.index(number);
  }

  async isProtected(number: string): Promise<boolean> {
    const answer = await this.ask('POST', '/api/protections/check', ['ana', 'registrar'], { number });
    return answer.body['protected'] === true;
  }

  async work(kind: string): Promise<Record<string, unknown>[]> {
    const { body } = await this.ask('GET', '/api/registry/work', ['ana', 'registrar']);
    return (body['items'] as Record<string, unknown>[]).filter((item) => item['kind'] === kind);
  }

  /** Until the registry has done all that follows from what it appended, and from what that led to. */
  async settled(): Promise<void> {
    for (;;) {
      // A message that waits to be sent becomes an event when it is.
      const waiting = await this.place.query(`select 1 from outbox_notice where state = 'waiting'`);
      const heads = await this.store.heads();
      const rows = await this.place.query<{ shard: number; position: string }>(
        `select shard, position from event_stream.checkpoint where consumer = 'registry.reactions'`,
      );
      const reached = new Map(rows.map(({ shard, position }) => [shard, Number(position)]));
      const now = await this.store.heads();
      const isQuiet = heads.every(({ position }, n) => position === now[n]?.position);
      const isHeard = now.every(({ shard, position }) => (reached.get(shard) ?? 0) >= position);
      if (isQuiet && isHeard && waiting.length === 0) return;
      await pause(25);
    }
  }
}

const HEADER = 'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3';

/** A roll of one state: `[bar number, last name, status, telephone]` each. */
export function barRoll(...members: readonly (readonly [string, string, string, string?])[]): string {
  const lines = members.map(([number, last, status, phone = '']) => `NY,${number},${last},Bob,${status},,${phone},,`);
  return [HEADER, ...lines].join('\n');
}
