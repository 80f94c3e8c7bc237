import { Injectable } from '@nestjs/common';
import { ConcurrencyConflict, EventStore, parseEnvelope, type RecordedEvent } from '@privity/event-store';
import {
  type CallCommand,
  type CallEvent,
  CallRefused,
  type CallState,
  callStream,
  currentVersion,
  decide,
  evolve,
  initialState,
  upcast,
} from '@privity/routing';
import { FileKeyRing, newEvents } from '@privity/service';

/** A call as its stream stands. `events[0]` is its decision. */
export interface BookedCall {
  readonly stream: string;
  readonly events: readonly RecordedEvent[];
  readonly state: CallState;
}

/** Whoever is told this learns nothing about why. */
export class CallNotFound extends CallRefused {
  constructor() {
    super('call-not-found', 'There is no such call.');
  }
}

const ATTEMPTS = 10;
const REMEMBERED_CALLS = 2_000;

/** The calls in the store: finds them by the client's own id, and adds what happens to them. */
@Injectable()
export class CallBook {
  /** Calls under way as this process last saw them, the longest untouched first. Another replica may have gone on. */
  private readonly underWay = new Map<string, BookedCall>();

  constructor(
    private readonly store: EventStore,
    private readonly keys: FileKeyRing,
  ) {}

  /** The stream that a new call gets. */
  streamOf(client: string, callId: string): string {
    return callStream(client, callId, this.keys.current('call-id').key);
  }

  /** A call that was decided here just now. */
  remember(call: BookedCall): void {
    const { stream, state } = call;
    this.underWay.delete(stream);
    if (state.ended || state.decision?.outcome === 'deny') return;
    this.underWay.set(stream, call);
    if (this.underWay.size <= REMEMBERED_CALLS) return;
    for (const oldest of this.underWay.keys()) {
      this.underWay.delete(oldest);
      break;
    }
  }

  /** The call as it was when this process last saw it: enough to try a change on, which the store refuses if it is old. */
  remembered(client: string, callId: string, boundTo?: string): BookedCall | undefined {
    const call = this.underWay.get(this.streamOf(client, callId));
    return call !== undefined && isOf(call, boundTo) ? call : undefined;
  }

  /**
   * The call of that name, whichever key epoch it was named under.
   * @param boundTo facility whose calls alone exist for whoever asks
   * @throws CallNotFound
   */
  async find(client: string, callId: string, boundTo?: string): Promise<BookedCall> {
    for (const { key } of this.keys.live('call-id')) {
      const call = await this.read(callStream(client, callId, key));
      if (call !== undefined && isOf(call, boundTo)) return call;
    }
    throw new CallNotFound();
  }

  async read(stream: string): Promise<BookedCall | undefined> {
    const events = await this.store.readStream(stream);
    return events.length === 0 ? undefined : { stream, events, state: stateAfter(initialState(), events) };
  }

  /**
   * Adds what the command leads to if the call is still as given; undefined: it is not, or the command leads to nothing,
   * which only the call as it stands in the store can say.
   */
  async tryChange(call: BookedCall, command: CallCommand, actor: string): Promise<BookedCall | undefined> {
    try {
      const decided = decide(command, call.state);
      return decided.length === 0 ? undefined : await this.add(call, decided, actor);
    } catch (error) {
      if (!(error instanceof CallRefused) && !(error instanceof ConcurrencyConflict)) throw error;
      this.underWay.delete(call.stream);
      return undefined;
    }
  }

  /**
   * Adds what the command leads to, deciding again when somebody else was faster.
   * @param actor absent: nobody did it, it follows from the decision
   * @throws CallRefused
   */
  async change(call: BookedCall, command: CallCommand, actor?: string): Promise<BookedCall> {
    let current = call;
    for (let attempt = 1; ; attempt += 1) {
      const decided = decide(command, current.state);
      if (decided.length === 0) return current;
      try {
        return await this.add(current, decided, actor);
      } catch (error) {
        if (!(error instanceof ConcurrencyConflict) || attempt === ATTEMPTS) throw error;
        current = (await this.read(current.stream)) ?? current;
      }
    }
  }

  private async add(
    { stream, events, state }: BookedCall,
    decided: readonly CallEvent[],
    actor?: string,
  ): Promise<BookedCall> {
    const [decision] = events;
    const cause = actor === undefined && decision !== undefined ? { causationid: decision.id } : {};
    const said = actor === undefined ? cause : { actor };
    const given = newEvents(decided, { ...said, correlationid: stream, versionOf: currentVersion });
    const appended = await this.store.append(stream, events.length, given);
    const call = { stream, events: [...events, ...appended.events], state: stateAfter(state, appended.events) };
    this.remember(call);
    return call;
  }
}

function isOf({ state }: BookedCall, facility: string | undefined): boolean {
  return facility === undefined || facility === state.decision?.facility;
}

function stateAfter(state: CallState, events: readonly RecordedEvent[]): CallState {
  return events.reduce((before, { type, text }) => {
    const { dataschema, data } = parseEnvelope(text);
    return evolve(before, upcast(type, dataschema, data) as CallEvent);
  }, state);
}

/** Id of the decision event. */
export function decisionId(call: BookedCall): string {
  const [first] = call.events;
  if (first === undefined) throw new Error('a booked call without an event');
  return first.id;
}
