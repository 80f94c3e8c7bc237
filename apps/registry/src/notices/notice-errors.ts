import { PrivityError } from '@privity/kernel';

/** A message that no later attempt will bring on its way. */
export class Undeliverable extends PrivityError {}

/** What a form gave as its address is none, or is one with something around it. */
export class AddressUnusable extends Undeliverable {
  constructor() {
    super('address-unusable', 422, 'the address of a notice cannot be written to');
  }
}

/** The person's key was destroyed before the message went out. */
export class ContactForgotten extends Undeliverable {
  constructor() {
    super('contact-forgotten', 410, 'whom a notice was for is forgotten');
  }
}

/** The code was not called out before it ran out. */
export class CodeExpired extends Undeliverable {
  constructor() {
    super('code-expired', 410, 'a code ran out before it could be called out');
  }
}

/** A confirmation must not say what is not so (T9). */
export class NotProtected extends PrivityError {
  constructor() {
    super('not-protected', 409, 'a confirmed number is not protected at this moment');
  }
}

/** One word for the table and the log: a mail server's own words quote addresses. */
export function problemOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('responseCode' in error && typeof error.responseCode === 'number') return `smtp-${error.responseCode}`;
  return 'code' in error && typeof error.code === 'string' && /^[\w-]{1,40}$/.test(error.code) ? error.code : 'unknown';
}
