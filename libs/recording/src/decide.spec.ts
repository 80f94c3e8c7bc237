import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import type { AskPlayback, RecordingCommand } from './commands.js';
import { AlreadyRecorded, recordingDecider, RecordingOutOfOrder } from './decide.js';
import type { RecordingEvent } from './events.js';

const recording = '01890000-0000-8000-8000-0000000000aa';
const about = {
  recording,
  call: `call-${'A'.repeat(43)}`,
  decision: '01890000-0000-7000-8000-0000000000d1',
  facility: 'TX-07',
  caller: `e1.${'c'.repeat(43)}`,
  dialed: `e1.${'d'.repeat(43)}`,
};
const started: RecordingEvent = { type: 'recording.RecordingStarted', data: about };
const completed: RecordingEvent = {
  type: 'recording.RecordingCompleted',
  data: {
    recording,
    call: about.call,
    seconds: 2,
    bytes: 16_000,
    salt: 'c2FsdA==',
    digest: 'ab'.repeat(32),
    ending: 'ended',
  },
};
const sealed: RecordingEvent = {
  type: 'recording.RecordingSealed',
  data: { recording, reason: 'number-protected', cause: 'e-1' },
};
const granted: RecordingEvent = {
  type: 'recording.PlaybackGranted',
  data: { recording, playback: 'p-1', purpose: 'homicide inquiry', caseNumber: '24-17' },
};
const refused = (reason: 'role' | 'sealed' | 'not-found' | 'other-person', purpose = 'homicide inquiry') => [
  { type: 'recording.PlaybackRefused', data: { recording, reason, purpose } },
];

const given = (...events: RecordingEvent[]) => ({
  when: (command: RecordingCommand) => recordingDecider.decide(command, fold(recordingDecider, events)),
});
const ask = (roles: string[], facility?: string): AskPlayback => ({
  type: 'AskPlayback',
  recording,
  playback: 'p-1',
  purpose: 'homicide inquiry',
  caseNumber: '24-17',
  listener: facility === undefined ? { roles } : { roles, facility },
});
const complete = {
  type: 'CompleteRecording',
  bytes: 16_000,
  salt: 'c2FsdA==',
  digest: 'ab'.repeat(32),
  ending: 'ended',
} as const;

describe('a recording', () => {
  it('starts once', () => {
    expect(given().when({ type: 'StartRecording', ...about })).toEqual([started]);
    expect(() => given(started).when({ type: 'StartRecording', ...about })).toThrow(AlreadyRecorded);
    expect(() => given(started, completed).when({ type: 'StartRecording', ...about })).toThrow(AlreadyRecorded);
  });

  it('completes once, with its length in seconds', () => {
    expect(given(started).when(complete)).toEqual([completed]);
    expect(given(started, completed).when(complete)).toEqual([]);
    expect(() => given().when(complete)).toThrow(RecordingOutOfOrder);
  });

  it('is sealed once, also while it runs, and completes all the same', () => {
    expect(given(started).when({ type: 'SealRecording', reason: 'number-protected', cause: 'e-1' })).toEqual([sealed]);
    expect(
      given(started, completed, sealed).when({ type: 'SealRecording', reason: 'number-protected', cause: 'e-2' }),
    ).toEqual([]);
    expect(given(started, sealed).when(complete)).toEqual([completed]);
    expect(() => given().when({ type: 'SealRecording', reason: 'number-protected', cause: 'e-1' })).toThrow(
      RecordingOutOfOrder,
    );
  });
});

describe('a playback', () => {
  it.each(['investigator', 'supervisor', 'privacy-officer'])('is granted to a %s', (role) => {
    expect(given(started, completed).when(ask(['dialler', role]))).toEqual([granted]);
  });

  it.each([['dialler'], ['operator'], ['auditor'], ['attorney'], []])('is refused to the role %s', (...roles) => {
    expect(given(started, completed).when(ask(roles))).toEqual(refused('role'));
  });

  it('tells who may not ask nothing about what there is', () => {
    expect(given().when(ask(['dialler']))).toEqual(refused('role'));
    expect(given(started, completed, sealed).when(ask(['dialler']))).toEqual(refused('role'));
  });

  it('is refused when sealed, to everyone', () => {
    for (const role of ['investigator', 'supervisor', 'privacy-officer']) {
      expect(given(started, completed, sealed).when(ask([role]))).toEqual(refused('sealed'));
    }
  });

  it('is refused when there is no such recording, or it still runs', () => {
    expect(given().when(ask(['investigator']))).toEqual(refused('not-found'));
    expect(given(started).when(ask(['investigator']))).toEqual(refused('not-found'));
  });

  it('is refused across facilities to a token of one facility', () => {
    expect(given(started, completed).when(ask(['investigator'], 'TX-08'))).toEqual(refused('not-found'));
    expect(given(started, completed).when(ask(['investigator'], 'TX-07'))).toEqual([granted]);
  });

  it('goes on for the person it was granted to, until the recording is sealed', () => {
    const go = { type: 'ContinuePlayback', recording, playback: 'p-1', samePerson: true } as const;
    const purpose = 'to play what was granted';
    expect(given(started, completed, granted).when(go)).toEqual([]);
    expect(given(started, completed, granted, sealed).when(go)).toEqual(refused('sealed', purpose));
    expect(given(started, completed).when(go)).toEqual(refused('not-found', purpose));
    expect(given(started, completed, granted).when({ ...go, samePerson: false })).toEqual(
      refused('other-person', purpose),
    );
  });

  it('reports what was heard under a grant, and nothing when nothing was', () => {
    const heard = { type: 'ReportHeard', playback: 'p-1', ranges: [[0, 2]] } as const;
    expect(given(started, completed, granted).when(heard)).toEqual([
      { type: 'recording.PlaybackHeard', data: { recording, playback: 'p-1', ranges: [[0, 2]] } },
    ]);
    expect(given(started, completed, granted).when({ ...heard, ranges: [] })).toEqual([]);
    expect(given(started, completed).when(heard)).toEqual([]);
  });
});
