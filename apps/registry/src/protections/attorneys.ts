import { Injectable } from '@nestjs/common';
import { instant } from '@privity/kernel';
import { numberField, type NumberInput, NUMBERS_PER_REGISTRATION, readNumbers } from '../registrations/form-input.js';
import type { RegisteredNumber } from '../registrations/registration-form.js';
import { type Receipt, Registrations } from '../registrations/registrations.js';
import { type EntryWarning, NearMatches } from './near-matches.js';
import { type AttorneyPerson, Protecting } from './protecting.js';

export interface AttorneyRequest {
  readonly barState: string;
  readonly barNumber: string;
  readonly last: string;
  readonly first: string;
  readonly firm?: string;
  readonly email?: string;
  /** Each by itself, or with the date since when it is to be protected. */
  readonly numbers: readonly (string | NumberInput)[];
}

export interface AttorneyTaken extends Receipt {
  readonly attorneyId: string;
  /** Where there were more numbers than one registration holds. Absent: none. */
  readonly furtherReceipts?: readonly string[];
  /** Absent: none. */
  readonly warnings?: readonly EntryWarning[];
}

/** Attorneys on a registrar's word: protected at once, whatever a bar roll says of them before or after (P2). */
@Injectable()
export class Attorneys {
  constructor(
    private readonly protecting: Protecting,
    private readonly near: NearMatches,
    private readonly registrations: Registrations,
  ) {}

  /** @throws InvalidInput naming the number that cannot be read; nothing is done then */
  async register(request: AttorneyRequest, actor: string): Promise<AttorneyTaken> {
    const { barNumber, last, first, firm = '', email = '' } = request;
    const barState = request.barState.toUpperCase();
    const entered = readNumbers(request.numbers);
    const attorney = this.protecting.attorneyStream(barState, barNumber);
    const source = { kind: 'staff', ref: attorney } as const;
    const said = { source, category: 'attorney', basis: 'attorney stated by staff' } as const;
    // Side by side, so that appends share a commit.
    await Promise.all(
      entered.map(({ number, effectiveFrom = instant() }) =>
        this.protecting.protect(number, { ...said, since: effectiveFrom }, { actor }),
      ),
    );
    const person = { barNumber, last, first, firm };
    const numbers = entered.map(({ number }) => this.protecting.numbers.index(number));
    await this.protecting.listAttorney(attorney, { barState, person, numbers }, { actor });
    const receipts = await this.toBeVerified({ attorney, barState, person, email, entered }, actor);
    const warnings = await this.near.among(
      entered.map(({ number }, n) => ({ field: numberField(request.numbers[n], n), number })),
    );
    return { attorneyId: attorney, ...receipts, ...(warnings.length > 0 ? { warnings } : {}) };
  }

  /** What one person entered, another verifies (T12). */
  private async toBeVerified(
    of: {
      readonly attorney: string;
      readonly barState: string;
      readonly person: AttorneyPerson;
      readonly email: string;
      readonly entered: readonly RegisteredNumber[];
    },
    actor: string,
  ): Promise<Receipt & Pick<AttorneyTaken, 'furtherReceipts'>> {
    const { attorney, barState, person, email, entered } = of;
    const numbers = [...entered].sort((one, other) => (one.number < other.number ? -1 : 1));
    const enter = (from: number) => {
      const some = numbers.slice(from, from + NUMBERS_PER_REGISTRATION);
      const form = { ...person, email, numbers: some };
      return this.registrations.enter(
        { as: 'attorney', attorney, barState, form, enteredBy: actor },
        JSON.stringify(some),
      );
    };
    const taken = await enter(0);
    const furtherReceipts: string[] = [];
    for (let from = NUMBERS_PER_REGISTRATION; from < numbers.length; from += NUMBERS_PER_REGISTRATION) {
      furtherReceipts.push((await enter(from)).receipt);
    }
    return { ...taken, ...(furtherReceipts.length > 0 ? { furtherReceipts } : {}) };
  }
}
