import type { Instant } from '@privity/kernel';
import type { CaseCause, CaseOpened, RegistrationEscalated, RegistrationReceived } from './events.js';

/**
 * What a notice says. Plain ASCII, and nothing in it that somebody typed into a form: the address may be a stranger's, so
 * a notice carries no name and no whole number, and no word of another person's choosing.
 */
export interface NoticeText {
  readonly subject: string;
  readonly text: string;
}

/** A protected number as its owner recognises it. */
export interface ConfirmedNumber {
  readonly lastTwo: string;
  readonly since: Instant;
}

const IN_WORDS: Readonly<Record<CaseCause, string>> = {
  'end-asked': 'a member of staff asked to end a protection',
  'status-changed': 'a bar roll says that an active attorney is no longer',
  'not-confirmed': 'whoever answers at the contact on the roll did not register these numbers',
  'unverified-relation': "only a person in custody says that the number is a lawyer's",
  'unresolved-match': 'somebody in custody has the name and date of birth of a protected person',
  'attestation-due': 'nobody has said for a year that the protection still holds',
  'privilege-claimed':
    'a party to a call says that it is privileged: call the contact on the roll back, never a number given in the call',
};

/** The last two digits: enough for the owner, too little for anybody else. */
export function lastTwo(number: string): string {
  return number.replace(/\D/g, '').slice(-2);
}

/** The same whether or not a bar record matched: a receipt is no oracle for who is a lawyer. */
export function receiptNotice(
  { registration, due }: RegistrationReceived['data'],
  digits: readonly string[],
): NoticeText {
  return {
    subject: 'Your registration was received',
    text: paragraphs(
      `We received a registration of ${counted(digits.length)}, ${ending(digits)}.`,
      `We answer it by ${inWords(due)} at the latest.`,
      `Your receipt: ${registration}`,
      'If you did not register any number, somebody else gave your address; you need not do anything.',
    ),
  };
}

/** T9: what holds, where, and since when, so that nobody has to opt out facility by facility again. */
export function confirmedNotice(registration: string, numbers: readonly ConfirmedNumber[], office: string): NoticeText {
  return {
    subject: 'Your registration is confirmed',
    text: paragraphs(
      `Calls to ${numbers.length === 1 ? 'this number' : 'these numbers'}, by voice and by video, are not recorded and not ` +
        'listened to, in every facility:',
      numbers.map(({ lastTwo: digits, since }) => `  ending in ${digits}: since ${inWords(since)}`).join('\n'),
      'It stays so when a client is moved, and does not end by itself.',
      `Your receipt: ${registration}`,
      `Questions: ${office}`,
    ),
  };
}

export function notConfirmedNotice(registration: string, office: string): NoticeText {
  return {
    subject: 'Your registration was answered',
    text: paragraphs(`Your registration was answered. Please ask ${office}.`, `Your receipt: ${registration}`),
  };
}

/** T7: a registration that nobody answered in time goes to those who answer for the registry. */
export function escalationNotice({ registration, due }: RegistrationEscalated['data']): NoticeText {
  return {
    subject: 'A registration is overdue',
    text: paragraphs(
      `Nobody has answered a registration that was due by ${inWords(due)}.`,
      `Registration: ${registration}`,
    ),
  };
}

export function caseNotice({ case: id, cause, due }: CaseOpened['data']): NoticeText {
  return {
    subject: 'A protection needs looking at',
    text: paragraphs(`A case was opened: ${IN_WORDS[cause]}.`, `It is due by ${inWords(due)}.`, `Case: ${id}`),
  };
}

/** What a voice reads to whoever answers at a number that is to be proven. Twice, for those who look for a pen. */
export function callBackWords(code: string): string {
  const digits = [...code].join(', ');
  return `This is the registry of telephone numbers that are not recorded. Your code is ${digits}. Again: ${digits}.`;
}

function paragraphs(...all: readonly string[]): string {
  return `${all.join('\n\n')}\n`;
}

function counted(count: number): string {
  return count === 1 ? 'one telephone number' : `${count} telephone numbers`;
}

function ending(digits: readonly string[]): string {
  return `ending in ${digits.join(', ')}`;
}

/** `2026-11-30 17:04 UTC`. */
function inWords(at: Instant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
