import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import type { CaseCause, RegistryEvent } from './events.js';
import {
  callBackWords,
  caseNotice,
  CASE_DUE_DAYS,
  confirmedNotice,
  escalationNotice,
  isEmailAddress,
  lastTwo,
  NOTICE_ATTEMPTS,
  noticeDelivery,
  notConfirmedNotice,
  pauseAfter,
  receiptNotice,
  type ConcludeNotice,
} from './index.js';

const registration = '018f2c5e-0000-7000-8000-000000000001';
const received = {
  registration,
  as: 'attorney',
  attorney: 'attorney-x',
  barState: 'KS',
  form: { kid: 'k', iv: 'i', ct: 'c' },
  numbers: ['e1.a', 'e1.b'],
  due: '2026-12-03T17:04:00.000Z',
} as const;

describe('what a notice says', () => {
  it('a receipt: what came, by when it is answered, and its number', () => {
    const { text } = receiptNotice(received, ['42', '07']);
    expect(text).toContain('a registration of 2 telephone numbers, ending in 42, 07.');
    expect(text).toContain('by 2026-12-03 17:04 UTC');
    expect(text).toContain(registration);
    expect(receiptNotice(received, ['42']).text).toContain('one telephone number, ending in 42.');
  });

  it('a confirmation: which numbers, voice and video, everywhere, since when (T9)', () => {
    const { text } = confirmedNotice(registration, [{ lastTwo: '42', since: '2026-11-30T09:00:00.000Z' }], 'office@x');
    expect(text).toMatch(
      /by voice and by video, .*in every facility:\n\n {2}ending in 42: since 2026-11-30 09:00 UTC\n/,
    );
  });

  it('no confirmation: that it was answered, and whom to ask; not what the answer was', () => {
    const { subject, text } = notConfirmedNotice(registration, 'office@x');
    expect(text).toContain('office@x');
    expect(`${subject} ${text}`).not.toMatch(/not confirmed|refused|rejected|lawyer|protected/i);
  });

  it('to the office: what is overdue or opened, its due time and id', () => {
    expect(escalationNotice({ registration, due: received.due }).text).toMatch(/17:04 UTC[^]*000000000001/);
    for (const cause of Object.keys(CASE_DUE_DAYS) as CaseCause[]) {
      const about = {
        case: 'c-1',
        cause,
        of: 'number',
        indexes: ['e1.a'],
        ends: { ref: 'r' },
        due: received.due,
      } as const;
      const { text } = caseNotice(about);
      expect(text).toMatch(/17:04 UTC[^]*c-1/);
      expect(text).not.toContain('e1.a');
    }
  });

  it('is plain ASCII without a carriage return, and its subject one line', () => {
    const all = [receiptNotice(received, ['42']), notConfirmedNotice(registration, 'o@x'), escalationNotice(received)];
    for (const { subject, text } of all) {
      expect(text).toMatch(/^[\x20-\x7e\n]+$/);
      expect(subject).toMatch(/^[\x20-\x7e]+$/);
    }
  });

  it('a call reads the code digit by digit, twice', () => {
    expect(callBackWords('012345').match(/0, 1, 2, 3, 4, 5/g)).toHaveLength(2);
    expect(lastTwo('+12125550142')).toBe('42');
  });
});

describe('an address', () => {
  it.each(['ana@example.org', "o'neil+bar@law.example", 'registry@localhost'])('%s is one', (text) => {
    expect(isEmailAddress(text)).toBe(true);
  });

  it.each([
    '',
    'ana',
    '@x',
    'ana@',
    'ana@x y',
    'a@b,c@d',
    'Ana <ana@x>',
    'ana@x\r\nBcc: b@x',
    'ana\n@x',
    '"a b"@x',
    'ana@x..y',
    'ana@[127.0.0.1]',
    `${'a'.repeat(65)}@x`,
    `a@${'x'.repeat(300)}`,
  ])('%j is none', (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });
});

describe('what became of a notice', () => {
  const notice = { notice: 'n-1', kind: 'receipt', about: 'registration-1' } as const;
  const sent: ConcludeNotice = { type: 'conclude-notice', notice, outcome: { sent: 'smtp' } };
  const failed: ConcludeNotice = { type: 'conclude-notice', notice, outcome: { failedAfter: 12 } };
  const deciding = (given: RegistryEvent[], when: ConcludeNotice) =>
    noticeDelivery.decide(when, fold(noticeDelivery, given));

  it('is said once, whatever a slower replica found', () => {
    const [asSent] = deciding([], sent);
    const [asFailed] = deciding([], failed);
    expect(asSent).toEqual({ type: 'registry.NoticeSent', data: { ...notice, channel: 'smtp' } });
    expect(asFailed).toEqual({ type: 'registry.NoticeFailed', data: { ...notice, attempts: 12 } });
    for (const given of [asSent, asFailed]) {
      expect(deciding([given as RegistryEvent], sent)).toEqual([]);
      expect(deciding([given as RegistryEvent], failed)).toEqual([]);
    }
  });

  it('is tried for the better part of a day', () => {
    const pauses = Array.from({ length: NOTICE_ATTEMPTS - 1 }, (_, n) => pauseAfter(n + 1, 60_000) / 60_000);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
  });
});
