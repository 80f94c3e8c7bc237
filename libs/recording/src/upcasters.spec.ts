import { describe, expect, it } from '@jest/globals';
import { upcast, type Upcaster } from './upcasters.js';

describe('upcasting', () => {
  it('leaves the first version as it is', () => {
    const data = { recording: 'r' };
    expect(upcast('recording.RecordingSealed', 1, data)).toEqual({ type: 'recording.RecordingSealed', data });
  });

  it('chains steps until none applies', () => {
    const steps = new Map<string, Upcaster>([
      ['x:1', (data) => ({ ...(data as object), two: true })],
      ['x:2', (data) => ({ ...(data as object), three: true })],
    ]);
    expect(upcast('x', 1, {}, steps)).toEqual({ type: 'x', data: { two: true, three: true } });
    expect(upcast('x', 2, {}, steps)).toEqual({ type: 'x', data: { three: true } });
  });
});
