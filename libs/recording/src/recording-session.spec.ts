import { describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { type FrameSource, type Permit, RecordingSession } from './recording-session.js';

const permit = { token: 'a permit' } as Permit;
const FRAME = Buffer.alloc(160, 0x7f);

describe('a recording whose permit one routing grants and another refuses', () => {
  it('stops when it is told of the refusal, though the grant came first', async () => {
    let tell: () => void = () => undefined;
    const renewer = {
      renew: (_: Permit, refused: () => void) => {
        tell = refused;
        return Promise.resolve({ outcome: 'granted' as const, permit });
      },
    };
    let cancelled = false;
    const frames: FrameSource = {
      next: async () => {
        await pause(10);
        return cancelled ? { kind: 'cancelled' } : { kind: 'frame', frame: Buffer.from(FRAME) };
      },
      cancel: () => void (cancelled = true),
    };
    const session = new RecordingSession(permit, renewer, frames);
    expect(await session.begin()).toBe('granted');
    let written = 0;
    const writer = {
      write: () => Promise.resolve(void (written += 1)),
      finish: () => Promise.resolve('kept'),
      abandon: () => Promise.resolve(),
    };
    const kept = session.keep(Buffer.from(FRAME), writer);
    await pause(100);
    expect(session.stopped).toBeUndefined();
    tell();
    const before = written;
    expect(await kept).toEqual({ media: 'kept', ending: 'permit-revoked' });
    expect(written).toBe(before);
  });
});
