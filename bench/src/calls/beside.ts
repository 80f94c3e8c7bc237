import { setTimeout as sleep } from 'node:timers/promises';
import { PrivityClient } from '@privity/client';
import type { CallHouse } from './house.js';

const LINES = 4;
const BETWEEN_CALLS_MS = 200;
export const CALLS_PER_SECOND = (LINES * 1_000) / BETWEEN_CALLS_MS;

/** Does `work` while the sample's calls come in, as they do where telephones are used. */
export async function besideCalls<T>({ routing, token, asked }: CallHouse, work: () => Promise<T>): Promise<T> {
  const client = new PrivityClient({ baseUrl: routing, token, connections: LINES });
  let over = false;
  let call = 0;
  const line = async (): Promise<void> => {
    while (!over) {
      const n = call++;
      await client.calls.decide({ callId: `beside-${n}`, ...(asked[n % asked.length] as (typeof asked)[number]) });
      await sleep(BETWEEN_CALLS_MS);
    }
  };
  const lines = Array.from({ length: LINES }, line);
  // A line that fails is told of at the end.
  for (const one of lines) one.catch(() => undefined);
  try {
    return await work();
  } finally {
    over = true;
    await Promise.all(lines).finally(() => client.close());
  }
}
