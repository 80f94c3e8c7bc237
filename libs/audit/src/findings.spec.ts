import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import type { ListHeld, NoticeFailed } from '@privity/registry/events';
import type { CallDecided } from '@privity/routing/events';
import {
  accessOf,
  clientStream,
  findingDecider,
  historyScope,
  isUnused,
  listShrunk,
  matterStream,
  mediaMismatch,
  mediaRefused,
  noticeFailed,
  permitsRecording,
  playbackRefused,
  probing,
  protectedNumberDenied,
  readAuditEvent,
  recordedProtected,
  recordedUnpermitted,
  recordingSealedLate,
  registrationOverdue,
  registryDoubted,
  registryUnverified,
  visibleKinds,
  type AuditEvent,
  type RaiseFinding,
  type UpcasterChain,
} from './index.js';

const command: RaiseFinding = {
  type: 'RaiseFinding',
  kind: 'media-refused',
  evidence: 'event-1',
  about: 'media-call-1',
  detail: 'audio arrived and not a byte was kept: no-permit',
};
const raised: AuditEvent = {
  type: 'audit.FindingRaised',
  data: { kind: command.kind, evidence: command.evidence, about: command.about, detail: command.detail },
};

/** Given events, when a command, then these events. */
function deciding(given: AuditEvent[], when: RaiseFinding): readonly AuditEvent[] {
  return findingDecider.decide(when, fold(findingDecider, given));
}

describe('a matter', () => {
  it('is raised when it is shown for the first time', () => expect(deciding([], command)).toEqual([raised]));

  it('is raised once, whatever shows it again', () => {
    expect(deciding([raised], { ...command, evidence: 'event-2' })).toEqual([]);
  });

  it('has a stream of its own', () => {
    expect(matterStream(command)).toBe('finding-media-refused-media-call-1');
    expect(matterStream({ ...command, occasion: '2026-11-23' })).toBe('finding-media-refused-media-call-1-2026-11-23');
  });
});

const shown = <D>(data: D) => ({ id: 'e1', subject: 'recording-r1', time: '2026-11-23T10:00:00.000Z' as const, data });
const decided = (over: Partial<CallDecided['data']>) =>
  shown({
    facility: 'NY-1',
    outcome: 'connect',
    recording: 'off',
    reasons: [],
    ...over,
  } as unknown as CallDecided['data']);

describe('what shows a matter', () => {
  it('a call decided on a registry that cannot be trusted, once per facility, day and reason (P3)', () => {
    const finding = registryUnverified(decided({ reasons: ['facility-policy', 'registry-stale'] }));
    expect(finding).toMatchObject({ kind: 'registry-unverified', about: 'facility-NY-1', evidence: 'e1' });
    expect(finding && matterStream(finding)).toBe(
      'finding-registry-unverified-facility-NY-1-2026-11-23-registry-stale',
    );
    for (const reason of ['registry-empty', 'registry-digest-mismatch'] as const) {
      expect(registryUnverified(decided({ reasons: [reason] }))).toBeDefined();
    }
    expect(registryUnverified(decided({ reasons: ['number-protected', 'caller-elsewhere'] }))).toBeUndefined();
  });

  it('a view of the registry that is no longer believed, once per day and state, also while nobody calls (P3)', () => {
    const changed = (to: 'fresh' | 'stale' | 'mismatch') =>
      registryDoubted(shown({ from: 'fresh', to, ageMs: 11_000 }));
    const finding = changed('stale');
    expect(finding).toMatchObject({ kind: 'registry-unverified', evidence: 'e1' });
    expect(finding && matterStream(finding)).toBe('finding-registry-unverified-routing-2026-11-23-stale');
    expect(changed('mismatch')).toMatchObject({ detail: expect.stringContaining('mismatch') });
    expect(changed('fresh')).toBeUndefined();
  });

  it('a call to a protected number that was denied, once per call, and nobody is named (P3, P11)', () => {
    const parties = { caller: 'e1.caller', dialed: 'e1.dialed' };
    const reasons = ['number-blocked', 'number-protected'] as const;
    const finding = protectedNumberDenied(decided({ outcome: 'deny', reasons, ...parties }));
    expect(finding).toMatchObject({ kind: 'protected-number-denied', about: 'recording-r1', evidence: 'e1' });
    expect(JSON.stringify(finding)).not.toMatch(/e1\.(?:caller|dialed)/);
    expect(protectedNumberDenied(decided({ outcome: 'connect', reasons: ['number-protected'] }))).toBeUndefined();
    for (const reason of ['number-blocked', 'caller-protected', 'legal-relation-listed'] as const) {
      expect(protectedNumberDenied(decided({ outcome: 'deny', reasons: [reason] }))).toBeUndefined();
    }
  });

  it('a playback refused, once per recording and reason', () => {
    const finding = playbackRefused(shown({ recording: 'r1', reason: 'sealed', purpose: 'case' }));
    expect(matterStream(finding)).toBe('finding-playback-refused-recording-r1-sealed');
  });

  it('media refused', () => {
    expect(matterStream(mediaRefused(shown({ call: 'call-1', reason: 'no-permit' })))).toMatch(/-no-permit$/);
    expect(matterStream(mediaRefused(shown({ reason: 'no-permit' })))).toMatch(/-no-permit-2026-11-23$/);
  });

  it('a media check that found something, and only then', () => {
    expect(mediaMismatch(shown({ objects: 3, bytes: 9, mismatches: ['r1'] }))).toMatchObject({
      kind: 'media-mismatch',
    });
    expect(mediaMismatch(shown({ objects: 3, bytes: 9, mismatches: [] }))).toBeUndefined();
  });

  it('a list that shrank (T3)', () => {
    const losses = [{ scope: 'bar-roll:CA', entries: 1_300, departed: 1_228, departedBefore: 0 }];
    expect(listShrunk(shown({ losses } as unknown as ListHeld['data']))).toMatchObject({
      kind: 'list-shrunk',
      detail: 'a list is held for a second person: bar-roll:CA lost 1228 of 1300 entries',
    });
  });

  it('a registration that nobody answered in time (T7)', () => {
    const finding = registrationOverdue(shown({ registration: 'r1', due: '2026-11-20T10:00:00.000Z' }));
    expect(finding).toMatchObject({ kind: 'registration-overdue', evidence: 'e1' });
    expect(finding.detail).toContain('2026-11-20T10:00:00.000Z');
  });

  it('a message that could not be sent (T7, T9)', () => {
    const data = { notice: 'n1', kind: 'receipt', about: 'registration-1', attempts: 12 } as const;
    expect(noticeFailed(shown<NoticeFailed['data']>(data))).toMatchObject({
      kind: 'notice-failed',
      detail: 'a message (receipt) could not be sent in 12 attempts',
    });
  });

  it('a recording sealed after it was made (P8)', () => {
    const finding = recordingSealedLate(shown({ recording: 'r1', reason: 'number-protected', cause: 'e0' }));
    expect(finding).toMatchObject({ kind: 'recording-sealed-late', about: 'recording-r1' });
  });

  it('a recording of a call that was not to be recorded (P1, P2)', () => {
    const made = { event: 'e1', stream: 'recording-r1', startedAt: '2026-11-23T10:00:00.000Z' };
    expect(recordedUnpermitted(made)).toMatchObject({ kind: 'protected-recorded', about: 'recording-r1' });
    expect(recordedProtected(made, '2026-11-23T09:59:59.999Z')).toMatchObject({ kind: 'protected-recorded' });
    expect(recordedProtected(made, '2026-11-23T10:00:00.000Z')).toBeUndefined();
    expect(permitsRecording(decided({ recording: 'after-notice' }).data)).toBe(true);
    expect(permitsRecording(decided({ recording: 'after-notice', outcome: 'deny' }).data)).toBe(false);
    expect(permitsRecording(decided({}).data)).toBe(false);
  });
});

describe('calls that were decided and came to nothing', () => {
  const end = { id: 'e1', time: '2026-11-23T10:59:59.000Z' };

  it('are a matter above the limit, one per client and hour', () => {
    expect(probing(end, 'client-x', 5, 5)).toBeUndefined();
    const finding = probing(end, 'client-x', 6, 5);
    expect(finding).toMatchObject({ kind: 'probing', evidence: 'e1', about: 'client-x' });
    expect(finding && matterStream(finding)).toBe('finding-probing-client-x-2026-11-23T10');
  });

  it('are those that time ended before anybody answered', () => {
    const at = end.time;
    expect(isUnused({ at, connected: false, by: 'timeout' })).toBe(true);
    expect(isUnused({ at, connected: true, by: 'timeout' })).toBe(false);
    expect(isUnused({ at, connected: false })).toBe(false);
  });

  it('name their client by a digest that nobody without the key can make', () => {
    const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(clientStream('dana', key)).toBe(clientStream('dana', key));
    expect(clientStream('dana', key)).not.toBe(clientStream('dana', other));
    expect(clientStream('dana', key)).not.toBe(clientStream('dan', key));
  });
});

describe('who sees what (P12)', () => {
  it('auditor and privacy officer all, a supervisor nothing sealed, a token for one facility only that one', () => {
    expect(historyScope({ roles: ['auditor'] })).toEqual({ everything: true });
    expect(historyScope({ roles: ['privacy-officer'] })).toEqual({ everything: true });
    expect(historyScope({ roles: ['supervisor'] })).toEqual({ everything: false });
    expect(historyScope({ roles: ['auditor'], facility: 'NY-1' })).toEqual({ everything: false, facility: 'NY-1' });
  });

  it('an operator only findings about the machinery', () => {
    expect(visibleKinds(['operator'])).toEqual([
      'registry-unverified',
      'media-refused',
      'media-mismatch',
      'list-shrunk',
      'registration-overdue',
      'notice-failed',
      'probing',
    ]);
    expect(visibleKinds(['auditor', 'operator'])).toHaveLength(11);
    expect(visibleKinds(['investigator'])).toEqual([]);
  });
});

describe('the access history', () => {
  const envelope = { id: 'e1', time: '2026-11-23T10:00:00.000Z', actor: 'dana' };
  it('has a line per grant, refusal and heard range', () => {
    const data = { recording: 'r1', playback: 'p1', purpose: 'case', caseNumber: '7' };
    expect(accessOf(envelope, { type: 'recording.PlaybackGranted', data })).toEqual({
      event: 'e1',
      person: 'dana',
      at: envelope.time,
      kind: 'granted',
      ...data,
    });
    expect(
      accessOf(envelope, {
        type: 'recording.PlaybackRefused',
        data: { recording: 'r1', reason: 'role', purpose: 'x' },
      }),
    ).toMatchObject({ kind: 'refused', reason: 'role' });
    expect(
      accessOf(envelope, {
        type: 'recording.PlaybackHeard',
        data: { recording: 'r1', playback: 'p1', ranges: [[0, 5]] },
      }),
    ).toMatchObject({ kind: 'heard', ranges: [[0, 5]] });
  });
});

describe('stored events', () => {
  const stored = { type: 'audit.FindingRaised', dataschema: 'urn:privity:audit.FindingRaised:1', data: raised.data };

  it('are read as they are in their newest version', () => expect(readAuditEvent(stored)).toEqual(raised));

  it('of older versions go through every step in turn', () => {
    const chain: UpcasterChain = {
      'audit.FindingRaised': [
        (data) => ({ ...(data as object), second: true }),
        (data) => ({ ...(data as object), third: true }),
      ],
    };
    expect(readAuditEvent(stored, chain).data).toEqual({ ...raised.data, second: true, third: true });
    const second = { ...stored, dataschema: 'urn:privity:audit.FindingRaised:2' };
    expect(readAuditEvent(second, chain).data).toEqual({ ...raised.data, third: true });
  });

  it.each([
    ['another type', { type: 'audit.Other', dataschema: 'urn:privity:audit.Other:1' }],
    ['a newer version', { dataschema: 'urn:privity:audit.FindingRaised:2' }],
    ['a schema of another type', { dataschema: 'urn:privity:audit.Other:1' }],
    ['no version', { dataschema: 'urn:privity:audit.FindingRaised' }],
    ['an inherited name', { type: 'toString', dataschema: 'urn:privity:toString:1' }],
  ])('of %s are not guessed at', (_, over) => {
    expect(() => readAuditEvent({ ...stored, ...over })).toThrow(expect.objectContaining({ code: 'unknown-event' }));
  });
});
