import { describe, expect, it } from '@jest/globals';
import { fold } from './decider.js';
import type { Decider, DomainEvent } from './decider.js';
import { InvalidInput, PrivityError } from './problem.js';

type Counted = DomainEvent<'test.Counted', { readonly by: number }>;
const counter: Decider<number, number, Counted> = {
  initialState: () => 0,
  decide: (by) => [{ type: 'test.Counted', data: { by } }],
  evolve: (state, event) => state * 10 + event.data.by,
};

describe('fold', () => {
  it('evolves in the order of the events', () => {
    expect(
      fold(
        counter,
        [1, 2, 3].flatMap((by) => counter.decide(by, 0)),
      ),
    ).toBe(123);
    expect(fold(counter, [])).toBe(0);
  });
});

describe('PrivityError', () => {
  it('carries a stable code, a status, and the place of the bad input', () => {
    const error = new InvalidInput('number', 'is not a telephone number', { line: 7 });
    expect(error).toBeInstanceOf(PrivityError);
    expect({ ...error }).toEqual({
      name: 'InvalidInput',
      code: 'invalid-input',
      status: 422,
      field: 'number',
      line: 7,
    });
    expect({ ...new PrivityError('gone', 410, 'gone') }).toEqual({ name: 'PrivityError', code: 'gone', status: 410 });
  });
});
