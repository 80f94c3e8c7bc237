import { PrivityError } from '@privity/kernel';

/** The same for a wrong code, one that ran out or was used, and a number for which nobody ever asked for one. */
export class NotProven extends PrivityError {
  constructor() {
    super('not-proven', 403, 'This code does not prove the number. Ask for a new one: it is called out to the number.');
  }
}

/** The same for a protected number and any other. */
export class TooManyCodes extends PrivityError {
  constructor() {
    super('too-many-requests', 429, 'Too many attempts for this number. Try again in an hour.');
  }
}
