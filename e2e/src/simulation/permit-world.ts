import { EventStore, type NewEvent, type StoreDatabase, StoreUnavailable } from '@privity/event-store';
import { MemoryDatabase } from '@privity/event-store/memory';
import { derivedId, shardOf } from '@privity/kernel';
import { permitClaims, type Permit, RecordingSession, samePermit, type Renewal } from '@privity/recording';
import { numberStream } from '@privity/registry';
import { type CallState, decide, evolve, initialState, permitRefusal } from '@privity/routing';
import { type Machine, SimProcess } from './machine.js';
import { SOURCE } from './publisher.js';
import { CALLER, FACILITY, type Registry, Routing } from './routing.js';
import { Sound } from './sound.js';

/** Numbers that are called; the first is protected from the beginning. */
export const NUMBERS = ['a', 'b', 'c', 'd'].map((letter) => `e1.${letter.repeat(43)}`);
const RENEWAL_TIMEOUT_MS = 1_000;
const STATED_AGAIN_MS = 500;

/** A call, and all that is to be judged about it. Times are the recorder's monotonic clock. */
export interface SimCall {
  readonly claims: Permit['claims'];
  state: CallState;
  /** When renewals were asked for that were granted. */
  readonly granted: number[];
  /** When the recorder heard that it must stop. */
  stoppedAt: number;
  declinedAt: number;
  readonly writtenAt: number[];
  over: boolean;
  session?: RecordingSession;
  sound?: Sound;
}

/** The registry, routing, and one recorder with its calls. */
export class PermitWorld {
  readonly calls: SimCall[] = [];
  /** When a number's protection became durable. */
  readonly protectedAt = new Map<string, number>();
  readonly registry: Registry;
  readonly recorder: SimProcess;
  routing: Routing;
  private readonly store: Promise<EventStore>;

  constructor(readonly machine: Machine) {
    this.registry = { database: new MemoryDatabase(), process: new SimProcess(machine, 'registry'), cutUntil: 0 };
    this.recorder = new SimProcess(machine, 'recorder');
    this.routing = this.newRouting();
    this.store = EventStore.on(this.watched(this.registry.database), { source: SOURCE }, this.registry.process);
    this.protect(NUMBERS[0] ?? '');
  }

  restartRouting(): void {
    this.routing.process.kill();
    this.routing = this.newRouting();
    this.machine.tally.add('crashes');
  }

  /** A source says that a number is protected: it is from the moment that this is durable. */
  protect(number: string): void {
    const data = {
      index: number,
      source: { kind: 'staff', ref: 'r' },
      category: 'attorney',
      basis: 'b',
      since: '2026-01-01T00:00:00.000Z',
    };
    const protection = { id: derivedId(number, 'protect', 0), type: 'registry.NumberProtected', data };
    void this.untilDurable(numberStream(number), protection);
    this.machine.tally.add('protections');
  }

  /** As whoever states a protection: what was not answered for is stated again, under the same id. */
  private async untilDurable(stream: string, event: NewEvent): Promise<void> {
    const store = await this.store;
    for (;;) {
      try {
        await store.append(stream, 'any', [event]);
        return;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        await this.registry.process.sleep(STATED_AGAIN_MS);
      }
    }
  }

  /** Somebody calls; whoever is called says yes to the notice. If the decision permits, the recorder begins. */
  async call(number: string): Promise<void> {
    const claims = {
      jti: 'j',
      call: `call-${String(this.calls.length).padStart(43, '0')}`,
      callId: `C-${this.calls.length}`,
      decision: derivedId(number, 'decision', this.calls.length),
      facility: FACILITY,
      caller: CALLER,
      dialed: number,
    };
    const decided = evolve(initialState(), this.routing.decide(number));
    const state = evolve(decided, { type: 'routing.NoticeAnswered', data: { party: 'callee', result: 'accepted' } });
    const call: SimCall = {
      claims,
      state,
      granted: [],
      stoppedAt: Infinity,
      declinedAt: Infinity,
      writtenAt: [],
      over: true,
    };
    this.calls.push(call);
    if (permitRefusal(state) !== undefined) return;
    call.over = false;
    call.sound = new Sound(this.recorder, this.machine);
    call.session = new RecordingSession(
      { token: 't', claims },
      { renew: (permit) => this.renew(call, permit) },
      call.sound,
      this.recorder,
    );
    await this.record(call, call.session);
    call.over = true;
  }

  decline(call: SimCall): void {
    if (call.declinedAt < Infinity) return;
    call.state = evolve(call.state, { type: 'routing.NoticeAnswered', data: { party: 'callee', result: 'declined' } });
    call.declinedAt = this.machine.time.now();
    this.machine.tally.add('declined');
  }

  private newRouting(): Routing {
    const shards = [...new Set(NUMBERS.map((number) => shardOf(numberStream(number))))];
    return new Routing(new SimProcess(this.machine, 'routing'), this.machine, this.registry, shards);
  }

  private async record(call: SimCall, session: RecordingSession): Promise<void> {
    const outcome = await session.begin();
    if (outcome !== 'granted') return session.stop('permit-revoked');
    this.machine.tally.add('recordings');
    const writer = {
      write: async () => {
        call.writtenAt.push(this.recorder.now());
        await this.recorder.sleep(this.machine.chance.below(30));
      },
      finish: async () => undefined,
      abandon: async () => undefined,
    };
    const { ending } = await session.keep(Buffer.alloc(160), writer);
    this.machine.tally.add(`ended: ${ending}`);
  }

  /** As the recording service asks: an answer that is late, broken or for another call is none. */
  private async renew(call: SimCall, permit: Permit): Promise<Renewal> {
    const askedAt = this.recorder.now();
    const { routing } = this;
    const asking = this.recorder.call('renew', async () => {
      await routing.process.running();
      return this.decideAgain(call, routing);
    });
    const late = this.recorder.sleep(RENEWAL_TIMEOUT_MS).then(() => 'late' as const);
    const answer = await Promise.race([asking.catch(() => 'lost' as const), late]);
    if (answer === 'late' || answer === 'lost') return { outcome: 'unreachable' };
    if (answer === 'refused') {
      call.stoppedAt = Math.min(call.stoppedAt, this.recorder.now());
      this.machine.tally.add('refused');
      return { outcome: 'refused' };
    }
    const claims = permitClaims(answer);
    if (claims === undefined || !samePermit(claims, permit.claims)) return { outcome: 'unreachable' };
    call.granted.push(askedAt);
    return { outcome: 'granted', permit: { token: 't', claims } };
  }

  /** As routing renews: by the durable events first, then by the views of this moment. */
  private decideAgain(call: SimCall, routing: Routing): 'refused' | Readonly<Record<string, unknown>> {
    if (permitRefusal(call.state) !== undefined) return 'refused';
    const again = routing.decide(call.claims.dialed).data;
    if (again.recording !== 'after-notice') {
      for (const event of decide({ type: 'RevokePermit', reasons: again.reasons }, call.state))
        call.state = evolve(call.state, event);
      return 'refused';
    }
    // now and then an answer that belongs to another call
    const mixedUp = this.machine.chance.percent(this.machine.weather.lost / 4);
    return mixedUp ? { ...call.claims, call: `call-${'x'.repeat(43)}` } : { ...call.claims };
  }

  private watched(database: MemoryDatabase): StoreDatabase {
    return Object.assign(Object.create(database) as MemoryDatabase, {
      append: (...sent: Parameters<StoreDatabase['append']>) =>
        this.registry.process.call('append', async () => {
          const rows = await database.append(...sent);
          for (const { stream } of sent[2]) {
            const number = stream.slice('number-'.length);
            if (!this.protectedAt.has(number)) this.protectedAt.set(number, this.machine.time.now());
          }
          return rows;
        }),
    });
  }
}
