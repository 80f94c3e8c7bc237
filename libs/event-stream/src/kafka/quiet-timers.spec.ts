import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { quietTimers } from './quiet-timers.js';

interface Queue {
  pending: { send(): void; expectResponse: boolean; correlationId: number }[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
  checkPendingRequests(): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
}

describe('quietTimers', () => {
  const load = createRequire(import.meta.url);
  const RequestQueue = load('kafkajs/src/network/requestQueue') as new (options: object) => Queue;
  const queue = (): Queue =>
    new RequestQueue({
      maxInFlightRequests: 1,
      logger: { debug: jest.fn(), warn: jest.fn() },
      clientId: 'c',
      broker: 'b',
    });
  beforeAll(() => quietTimers());

  it('sleeps while nothing is pending', () => {
    const idle = queue();
    idle.checkPendingRequests();
    expect(idle.throttleCheckTimeoutId).toBeNull();
  });

  it('still sends what had to wait for a throttled broker', async () => {
    const throttled = queue();
    const sent = jest.fn();
    throttled.maybeThrottle(30);
    throttled.pending.push({ send: sent, expectResponse: true, correlationId: 1 });
    throttled.scheduleCheckPendingRequests();
    expect(sent).not.toHaveBeenCalled();
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(sent).toHaveBeenCalledTimes(1);
    expect(throttled.throttleCheckTimeoutId).toBeNull();
  });
});
