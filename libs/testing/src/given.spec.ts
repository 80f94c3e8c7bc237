import { describe, expect, it } from '@jest/globals';
import { PrivityError, type Decider, type DomainEvent } from '@privity/kernel';

import { givenFor } from './given.js';

type Opened = DomainEvent<'door.Opened', { readonly by: string }>;
const door: Decider<{ open: boolean }, { by: string }, Opened> = {
  initialState: () => ({ open: false }),
  decide: ({ by }, { open }) => {
    if (by === '') throw new PrivityError('nobody', 422, 'somebody must open it');
    return open ? [] : [{ type: 'door.Opened', data: { by } }];
  },
  evolve: () => ({ open: true }),
};
const given = givenFor(door);
const opened = (by: string): Opened => ({ type: 'door.Opened', data: { by } });

describe('given, when, then', () => {
  it('holds where the decision is as said', () => {
    given()
      .when({ by: 'a' })
      .then([opened('a')]);
    given(opened('a')).when({ by: 'b' }).then([]);
    given().when({ by: '' }).thenThrows('nobody');
  });

  it('fails where it is not', () => {
    expect(() => given().when({ by: 'a' }).then([])).toThrow();
    expect(() =>
      given()
        .when({ by: 'a' })
        .then([opened('b')]),
    ).toThrow();
    expect(() => given().when({ by: '' }).thenThrows('other')).toThrow();
    expect(() => given().when({ by: 'a' }).thenThrows('nobody')).toThrow();
  });
});
