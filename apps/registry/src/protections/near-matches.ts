import { Injectable } from '@nestjs/common';
import type { E164 } from '@privity/kernel';
import { nearNumbers } from '@privity/registry';
import { OwnView } from '../events/own-view.js';
import { Protecting } from './protecting.js';

/** Something about an entry that a person should look at once more. The entry stands all the same. */
export interface EntryWarning {
  readonly code: 'near-match';
  readonly field: string;
  readonly detail: string;
}

export interface EnteredNumber {
  readonly field: string;
  readonly number: E164;
}

/**
 * Whether a number that somebody typed looks like a slip for one on the bar roll (T12): one wrong digit once left a
 * lawyer's line recorded. It names no number, and knows of no calls.
 */
@Injectable()
export class NearMatches {
  constructor(
    private readonly protecting: Protecting,
    private readonly view: OwnView,
  ) {}

  async among(entered: readonly EnteredNumber[]): Promise<readonly EntryWarning[]> {
    const view = await this.view.current();
    const isOnRoll = (number: E164) =>
      view
        .find(this.protecting.numbers.candidates(number))
        ?.statements.some(({ source }) => source.kind === 'bar-roll') === true;
    return entered
      .filter(({ number }) => !isOnRoll(number) && nearNumbers(number).some(isOnRoll))
      .map(({ field }) => ({
        code: 'near-match',
        field,
        detail:
          'This number is not on the bar roll, and one that differs by a digit, or by two digits the other way round, is. Compare it with the paper.',
      }));
  }
}
