import { expect } from '@jest/globals';
import { fold, type Decider } from '@privity/kernel';

interface Outcome<E> {
  /** Exactly these events, in this order; `[]` for none. */
  then(expected: readonly E[]): void;
  /** The command was refused by an error with this code: an input no decision is made on. */
  thenThrows(code: string): void;
}

interface Given<C, E> {
  when(command: C): Outcome<E>;
}

/** `const given = givenFor(decider)`, then `given(...events).when(command).then([...])`: tests read as the specification. */
export function givenFor<S, C, E>(decider: Decider<S, C, E>): (...history: readonly E[]) => Given<C, E> {
  return (...history) => ({
    when: (command) => ({
      then: (expected) => expect(decider.decide(command, fold(decider, history))).toEqual(expected),
      thenThrows: (code) => {
        const state = fold(decider, history);
        expect(() => decider.decide(command, state)).toThrow(expect.objectContaining({ code }) as unknown as Error);
      },
    }),
  });
}
