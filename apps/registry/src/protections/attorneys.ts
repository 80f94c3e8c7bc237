import { Injectable } from '@nestjs/common';
import { instant } from '@privity/kernel';
import { type EntryWarning, NearMatches } from './near-matches.js';
import { Protecting } from './protecting.js';
import { readNumber } from './read-number.js';

export interface AttorneyRequest {
  readonly barState: string;
  readonly barNumber: string;
  readonly last: string;
  readonly first: string;
  readonly firm?: string;
  readonly numbers: readonly string[];
}

export interface AttorneyTaken {
  readonly attorneyId: string;
  /** Absent: none. */
  readonly warnings?: readonly EntryWarning[];
}

/** Attorneys on a registrar's word: protected at once, whatever a bar roll says of them before or after (P2). */
@Injectable()
export class Attorneys {
  constructor(
    private readonly protecting: Protecting,
    private readonly near: NearMatches,
  ) {}

  /** @throws InvalidInput naming the number that cannot be read; nothing is done then */
  async register(request: AttorneyRequest, actor: string): Promise<AttorneyTaken> {
    const { barNumber, last, first, firm = '' } = request;
    const barState = request.barState.toUpperCase();
    const numbers = request.numbers.map((text, i) => readNumber(text, `numbers.${i}`));
    const attorney = this.protecting.attorneyStream(barState, barNumber);
    const source = { kind: 'staff', ref: attorney } as const;
    for (const number of numbers) {
      const said = { source, category: 'attorney', basis: 'attorney stated by staff', since: instant() } as const;
      await this.protecting.protect(number, said, { actor });
    }
    const person = { barNumber, last, first, firm };
    await this.protecting.listAttorney(attorney, { barState, person, numbers }, { actor });
    const warnings = await this.near.among(numbers.map((number, i) => ({ field: `numbers.${i}`, number })));
    return { attorneyId: attorney, ...(warnings.length > 0 ? { warnings } : {}) };
  }
}
