import { PrivityError } from '@privity/kernel';

/** The process was stopped, or ended, while it read the file. What was applied stands; the same file again goes on from there. */
export class ImportInterrupted extends PrivityError {
  constructor() {
    super('import-interrupted', 503, 'The import was interrupted. Send the same file again: it goes on from there.');
  }
}

export class ImportNotFound extends PrivityError {
  constructor() {
    super('import-not-found', 404, 'There is no import with this id.');
  }
}

/** What a list lost is known once it was read to its end. */
export class NoDifference extends PrivityError {
  constructor(state: string) {
    super('no-difference', 409, `The import is ${state}: what the list lost is not known.`);
  }
}
