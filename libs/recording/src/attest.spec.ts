import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import { callMediaDecider, MediaPresent, type CallMediaCommand } from './attest.js';
import type { RecordingEvent } from './events.js';

const call = `call-${'A'.repeat(43)}`;
const attested: RecordingEvent = {
  type: 'recording.NoMediaAttested',
  data: { call, decision: 'd-1', bytes: 0, objects: 0, store: 'files' },
};
const refusal: RecordingEvent = { type: 'recording.MediaRefused', data: { call, reason: 'permit-refused' } };
const given = (...events: RecordingEvent[]) => ({
  when: (command: CallMediaCommand) => callMediaDecider.decide(command, fold(callMediaDecider, events)),
});
const attest = (objects: number) => ({ type: 'AttestNoMedia', call, decision: 'd-1', objects }) as const;

describe('the media of a call without a recording', () => {
  it('is attested to be none, once, whatever was refused before', () => {
    expect(given().when(attest(0))).toEqual([attested]);
    expect(given(refusal, refusal).when(attest(0))).toEqual([attested]);
    expect(given(attested).when(attest(0))).toEqual([]);
  });

  it('is not attested while the store holds anything of it', () => {
    expect(() => given().when(attest(1))).toThrow(MediaPresent);
  });

  it('is refused as an event, also when no call is known', () => {
    expect(given().when({ type: 'RefuseMedia', call, reason: 'permit-refused' })).toEqual([refusal]);
    expect(given().when({ type: 'RefuseMedia', reason: 'no-permit' })).toEqual([
      { type: 'recording.MediaRefused', data: { reason: 'no-permit' } },
    ]);
  });
});
