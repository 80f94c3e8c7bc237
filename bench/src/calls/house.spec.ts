import { describe, expect, it } from '@jest/globals';
import { PrivityClient } from '@privity/client';
import { withServer } from '../database.js';
import { withCallHouse } from './house.js';

describe('the house that rows about calls are measured in', () => {
  it('starts what is built, as many registries as are asked for, and decides calls of the sample', async () => {
    const answer = await withServer(undefined, (server) =>
      withCallHouse(
        server,
        async ({ gateway, token, asked: [call] }) => {
          if (call === undefined) throw new Error('the sample has no calls');
          const client = new PrivityClient({ baseUrl: gateway, token, connections: 1 });
          return client.calls.decide({ callId: 'spec-1', ...call }).finally(() => client.close());
        },
        { registries: 2 },
      ),
    );
    expect(answer).toMatchObject({ callId: 'spec-1', outcome: 'connect' });
  }, 120_000);
});
