import { Injectable } from '@nestjs/common';
import { Forgotten } from '@privity/kernel';
import { AttorneyListings, AttorneyNotFound } from '../protections/attorney-listings.js';
import { type EntryWarning, NearMatches } from '../protections/near-matches.js';
import { type DelegateInput, readNumbers } from './form-input.js';
import { RegisteredNumbers } from './registered-numbers.js';
import { type Receipt, Registrations } from './registrations.js';

export interface DelegateTaken extends Receipt {
  /** Absent: none. */
  readonly warnings?: readonly EntryWarning[];
}

/** People who work for an attorney, listed by that attorney or by a registrar: protected at once, each confirmed later. */
@Injectable()
export class Delegates {
  constructor(
    private readonly listings: AttorneyListings,
    private readonly registrations: Registrations,
    private readonly numbers: RegisteredNumbers,
    private readonly near: NearMatches,
  ) {}

  /** Effective when this resolves. @throws AttorneyNotFound, InvalidInput naming `numbers.N.number` */
  async list(attorney: string, input: DelegateInput, actor: string): Promise<DelegateTaken> {
    const { as, last, first, email = '' } = input;
    const numbers = readNumbers(input.numbers);
    const listing = await this.listings.find(attorney);
    if (listing === undefined) throw new AttorneyNotFound();
    const { barState, person } = listing;
    const { barNumber, firm } = person instanceof Forgotten ? { barNumber: '', firm: '' } : person;
    const form = { barNumber, last, first, firm, email, numbers };
    const entry = { as, attorney, barState, form, enteredBy: actor };
    const taken = await this.registrations.enter(entry, JSON.stringify({ last, first, email, numbers }));
    await this.numbers.protectWhereDue(taken.receipt, { actor });
    const warnings = await this.near.among(numbers.map(({ number }, n) => ({ field: `numbers.${n}.number`, number })));
    return { ...taken, ...(warnings.length > 0 ? { warnings } : {}) };
  }
}
