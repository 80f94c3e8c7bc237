import { describe, expect, it } from '@jest/globals';
import { DirectoryView, PositionMismatch } from './directory-view.js';
import type { DirectoryEvent } from './events.js';
import { STRICTEST_POLICY } from './policy.js';

const person = { kid: 'k', iv: 'i', ct: 'c' };
const ME01: DirectoryEvent = {
  type: 'routing.FacilityListed',
  data: { facility: 'ME01', name: 'A', state: 'ME', type: 'jail', population: 9, timezone: 'America/New_York' },
};
const policySet = (version: number, maxSeconds: number): DirectoryEvent => ({
  type: 'routing.FacilityPolicySet',
  data: { facility: 'ME01', version, policy: { ...STRICTEST_POLICY, maxSeconds } },
});
const roster = (facility: string, status: 'in' | 'out-court' | 'released' = 'in'): DirectoryEvent => ({
  type: 'routing.CallerListed',
  data: { caller: 'c', person, facility, status },
});
const move = (from: string, to: string, on: string): DirectoryEvent => ({
  type: 'routing.CallerMoved',
  data: { caller: 'c', from, to, on },
});
const list = (relation: string, status: 'approved' | 'pending' | 'denied', index = 'n'): DirectoryEvent => ({
  type: 'routing.NumbersAllowed',
  data: { caller: 'c', numbers: [{ index, relation, status }] },
});

/** Applies to shard 4, one position after another. */
function viewOf(...events: DirectoryEvent[]): DirectoryView {
  const view = new DirectoryView();
  events.forEach((event, i) => view.apply(4, i + 1, `id-${i + 1}`, event));
  return view;
}
const at = (position: number) => Array.from({ length: 12 }, (_, shard) => (shard === 4 ? position : 0));

describe('the directory', () => {
  it('answers as of any positions it has reached, as it answered then', () => {
    const view = viewOf(
      ME01,
      policySet(1, 100),
      list('FRIEND', 'pending'),
      policySet(2, 200),
      list('FRIEND', 'approved'),
    );
    const versions = [0, 1, 2, 3, 4, 5].map((p) => view.at(at(p)).facility('ME01')?.policyVersion);
    expect(versions).toEqual([undefined, 0, 1, 1, 2, 2]);
    expect([2, 3, 4, 5].map((p) => view.at(at(p)).isAllowed('c', 'n'))).toEqual([false, false, false, true]);
    expect(view.now().facility('ME01')?.policy?.maxSeconds).toBe(200);
  });

  it('has the digest it had when it stood there', () => {
    const live = new DirectoryView();
    const digests = [ME01, policySet(1, 1), list('FRIEND', 'approved')].map((event, i) => {
      live.apply(4, i + 1, `id-${i + 1}`, event);
      return live.now().used;
    });
    const after = viewOf(ME01, policySet(1, 1), list('FRIEND', 'approved'), policySet(2, 2));
    for (const used of digests) expect(after.at(used.positions).used).toEqual(used);
    expect(new Set(digests.map(({ digest }) => digest)).size).toBe(3);
  });

  it('keeps policies for later apart, in the order of their dates, until they are set', () => {
    const later = (day: string, maxSeconds: number): DirectoryEvent => ({
      type: 'routing.FacilityPolicyScheduled',
      data: { facility: 'ME01', policy: { ...STRICTEST_POLICY, maxSeconds }, from: `${day}T00:00:00.000Z` },
    });
    const setDue: DirectoryEvent = {
      type: 'routing.FacilityPolicySet',
      data: { facility: 'ME01', version: 3, policy: STRICTEST_POLICY, from: '2027-01-01T00:00:00.000Z' },
    };
    const view = viewOf(
      ...[ME01, policySet(1, 100), later('2027-02-01', 2), later('2027-01-01', 1), later('2027-02-01', 3)],
      ...[policySet(2, 200), ME01, setDue],
    );
    const scheduled = [3, 4, 5, 6, 7, 8].map((position) =>
      view
        .at(at(position))
        .facility('ME01')
        ?.scheduled.map(({ policy }) => policy.maxSeconds),
    );
    expect(scheduled).toEqual([[2], [1, 2], [1, 3], [1, 3], [1, 3], [3]]);
    const inForce = [5, 7, 8].map((position) => view.at(at(position)).facility('ME01')?.policy?.maxSeconds);
    expect(inForce).toEqual([100, 200, STRICTEST_POLICY.maxSeconds]);
  });

  it('is not moved by calls', () => {
    const view = viewOf(ME01);
    const before = view.now().used;
    view.apply(4, 2, 'x', { type: 'routing.CallEnded', data: { at: '2026-06-01T12:00:00.000Z', connected: true } });
    expect(view.now().used).toEqual(before);
  });

  it('refuses a position that it has already applied', () => {
    expect(() => viewOf(ME01).apply(4, 1, 'other', policySet(1, 1))).toThrow(PositionMismatch);
  });

  it('approves by any relation, and follows a change of the same one', () => {
    expect(viewOf(list('FRIEND', 'approved'), list('SPOUSE', 'pending')).now().isAllowed('c', 'n')).toBe(true);
    expect(viewOf(list('FRIEND', 'approved'), list('FRIEND', 'denied')).now().isAllowed('c', 'n')).toBe(false);
    expect(viewOf(list('FRIEND', 'approved')).now().isAllowed('other', 'n')).toBe(false);
  });

  it.each(['ATTORNEY', 'LEGAL'])('protects a number once anyone lists it as %s, for good (P2)', (relation) => {
    const view = viewOf(list(relation, 'denied'), list(relation, 'pending'));
    expect(view.now().isLegal('n')).toBe(true);
    expect(view.at(at(0)).isLegal('n')).toBe(false);
    expect(viewOf(list('FRIEND', 'approved')).now().isLegal('n')).toBe(false);
  });
});

describe('where a person is', () => {
  const where = (day: string, ...events: DirectoryEvent[]) => {
    const moment = viewOf(ME01, ...events).now();
    const found = moment.caller('c');
    return found && moment.whereabouts(found, `${day}T16:00:00.000Z`, moment.facility('ME01'));
  };

  it('is what the roster says, or what a later movement record says', () => {
    expect(where('2026-06-05', roster('A'))).toBe('A');
    expect(where('2026-06-05', roster('A', 'out-court'))).toBeUndefined();
    expect(where('2026-06-05', roster('A'), move('A', 'B', '2026-06-05'))).toBe('B');
    expect(where('2026-06-05', roster('A'), move('A', 'B', '2026-06-05'), roster('C'))).toBe('C');
  });

  it('on an earlier day is where the next move took them from', () => {
    const moves = [move('B', 'A', '2026-03-01'), move('X', 'B', '2026-01-01')];
    expect(where('2025-12-01', roster('A'), ...moves)).toBe('X');
    expect(where('2026-02-01', roster('A'), ...moves)).toBe('B');
    expect(where('2026-03-01', roster('A'), ...moves)).toBe('A');
  });

  it('goes by the calendar of the calling facility', () => {
    const moment = viewOf(ME01, roster('A'), move('B', 'A', '2026-06-05')).now();
    const found = moment.caller('c');
    // New York's midnight is four o'clock UTC in summer.
    expect(found && moment.whereabouts(found, '2026-06-05T03:59:59.000Z', moment.facility('ME01'))).toBe('B');
    expect(found && moment.whereabouts(found, '2026-06-05T04:00:00.000Z', moment.facility('ME01'))).toBe('A');
  });
});
