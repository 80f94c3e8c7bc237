/** What happened in the domain. `type` is `<context>.<PastTense>`. */
export interface DomainEvent<T extends string = string, D = unknown> {
  readonly type: T;
  readonly data: D;
}

/** Decisions as pure functions: a command and the state give events, an event and the state give the next state. */
export interface Decider<S, C, E> {
  initialState(): S;
  decide(command: C, state: S): readonly E[];
  evolve(state: S, event: E): S;
}

/** The state that a stream's events lead to. */
export function fold<S, C, E>(decider: Decider<S, C, E>, events: Iterable<E>): S {
  let state = decider.initialState();
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
