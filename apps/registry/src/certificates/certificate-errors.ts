import { PrivityError } from '@privity/kernel';

/** There is nothing to sign of a file that was not read to its end, or that a later file of its list overtook. */
export class NothingToCertify extends PrivityError {
  constructor(detail: string) {
    super('nothing-to-certify', 409, detail);
  }
}
