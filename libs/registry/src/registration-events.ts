import type { BlindIndex, DomainEvent, Instant, SealedValue } from '@privity/kernel';

/** As whom somebody registers: an attorney, or one of those who work for one. */
export type RegisteredAs = 'attorney' | 'paralegal' | 'investigator' | 'interpreter' | 'expert';

/**
 * Somebody asked that numbers be protected, and has a receipt for it. Stream `registration-<registration>`. What happens
 * is the same for everybody, known or not: the answer is no oracle for who is a lawyer.
 */
export type RegistrationReceived = DomainEvent<
  'registry.RegistrationReceived',
  {
    readonly registration: string;
    readonly as: RegisteredAs;
    /** Stream of the attorney, or of the one they work for; listed or not. */
    readonly attorney: string;
    readonly barState: string;
    /** Sealed JSON `RegistrationForm`. */
    readonly form: SealedValue;
    readonly numbers: readonly BlindIndex[];
    /** The member of staff who entered it; absent: it came by the public form. Somebody else has to verify it. */
    readonly enteredBy?: string;
    /** When somebody must have answered. */
    readonly due: Instant;
  }
>;

/** The bar record matches, perhaps one that came later: the numbers are protected at once, and verification follows. */
export type RegistrationMatched = DomainEvent<
  'registry.RegistrationMatched',
  { readonly registration: string; readonly attorney: string }
>;

/** The form alone protects nobody; a person has to look. */
export type RegistrationUnmatched = DomainEvent<
  'registry.RegistrationUnmatched',
  {
    readonly registration: string;
    readonly attorney: string;
    readonly reason: 'not-on-roll' | 'not-active' | 'another-name';
  }
>;

/** A second person asked at a contact that the form did not name. */
export type RegistrationAnswered = DomainEvent<
  'registry.RegistrationAnswered',
  {
    readonly registration: string;
    readonly attorney: string;
    readonly result: 'confirmed' | 'not-confirmed';
    readonly answeredBy: string;
    readonly via: 'roll-contact' | 'bar-office';
  }
>;

/** Whoever entered it asked to verify it as well. */
export type RegistrationAnswerRefused = DomainEvent<
  'registry.RegistrationAnswerRefused',
  { readonly registration: string; readonly askedBy: string; readonly reason: 'same-person' }
>;

/** Nobody answered in time: it goes to those who answer for the registry. */
export type RegistrationEscalated = DomainEvent<
  'registry.RegistrationEscalated',
  { readonly registration: string; readonly due: Instant }
>;

/** A member of staff looked at a form, before what it says left this house. Who is `actor` (P4). */
export type RegistrationViewed = DomainEvent<'registry.RegistrationViewed', { readonly registration: string }>;

export type NoticeKind = 'receipt' | 'answer' | 'escalation' | 'case' | 'call-back-code';

/** A message left this house. Stream `notice-<notice>`; it names nobody. */
export type NoticeSent = DomainEvent<
  'registry.NoticeSent',
  {
    readonly notice: string;
    readonly kind: NoticeKind;
    /** The stream that it is about. */
    readonly about: string;
    readonly channel: 'smtp' | 'file';
  }
>;

/** A message could not be sent, and will not be tried again. */
export type NoticeFailed = DomainEvent<
  'registry.NoticeFailed',
  { readonly notice: string; readonly kind: NoticeKind; readonly about: string; readonly attempts: number }
>;
