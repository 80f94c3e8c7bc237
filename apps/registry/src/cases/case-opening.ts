import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { derivedId, instant, InvalidInput, isUuid } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import {
  attorneyListing,
  CASE_DUE_DAYS,
  caseStream,
  inCases,
  numberStream,
  protectionCase,
  workDaysAfter,
} from '@privity/registry';
import type { CaseOpened, ProtectionSource, SourceMatch } from '@privity/registry';
import { handleCommand, readState } from '@privity/service';
import { OwnView } from '../events/own-view.js';
import { Protecting } from '../protections/protecting.js';
import { readNumber } from '../protections/read-number.js';
import { ProtectionNotFound } from './case-errors.js';

/** What a case opened by hand is about: an attorney with all their numbers, or what one kind of source says of a number or person. */
export interface CaseRequest {
  readonly attorney?: string;
  readonly number?: string;
  readonly caller?: string;
  readonly source?: ProtectionSource['kind'];
}

export interface CaseTaken {
  readonly caseId: string;
  readonly due: string;
}

const CAUSE = 'end-asked';

export type About = Pick<CaseOpened['data'], 'attorney' | 'of' | 'indexes' | 'ends'>;

/** Cases that a person opens: somebody asks whether a protection still holds. */
@Injectable()
export class CaseOpening {
  constructor(
    private readonly store: EventStore,
    private readonly protecting: Protecting,
    private readonly view: OwnView,
  ) {}

  /** The case that is open about it already, where one is. @throws InvalidInput, ProtectionNotFound */
  async open(request: CaseRequest, actor: string): Promise<CaseTaken> {
    return this.openAbout(await this.aboutOf(request), actor);
  }

  /** What goes by this id. @throws ProtectionNotFound where nothing of it stands (any more) */
  async aboutProtection(protectionId: string): Promise<About> {
    const ends = { kind: 'staff', ref: protectionId } as const;
    // Only what `POST /api/protections` answered with: an attorney's lines have a case of their own kind.
    const indexes = isUuid(protectionId) ? (await this.view.current()).saidBy(ends) : [];
    const [first] = indexes;
    if (first === undefined) throw new ProtectionNotFound();
    const isNumber = (await this.store.readStream(numberStream(first))).length > 0;
    return { of: isNumber ? 'number' : 'caller', indexes, ends };
  }

  /** One at a time is open about the same. */
  idOf({ attorney, indexes, ends }: About): string {
    return derivedId(JSON.stringify([attorney ?? indexes, ends]), CAUSE, 0);
  }

  async openAbout(about: About, actor: string): Promise<CaseTaken> {
    const id = this.idOf(about);
    const due = workDaysAfter(instant(), CASE_DUE_DAYS[CAUSE]);
    const command = { type: 'open-case', about: { case: id, cause: CAUSE, ...about, due } } as const;
    const meta = { actor, correlationid: id };
    const { events } = await handleCommand(this.store, protectionCase, caseStream(id), command, meta);
    if (events.length > 0) return { caseId: id, due };
    // One was open already.
    const { open } = await readState(this.store, protectionCase, caseStream(id));
    return { caseId: id, due: open?.due ?? due };
  }

  private async aboutOf({ attorney, number, caller, source }: CaseRequest): Promise<About> {
    if ([attorney, number, caller].filter((one) => one !== undefined).length !== 1) {
      throw new InvalidInput('attorney', 'A case is about an attorney, a number or a person: exactly one of them.');
    }
    if (attorney !== undefined) {
      const { numbers } = await readState(this.store, attorneyListing, attorney);
      const [indexes, ...more] = inCases(numbers);
      if (indexes === undefined) throw new ProtectionNotFound();
      if (more.length > 0) throw new InvalidInput('attorney', 'has too many numbers for a case: name the number');
      return { attorney, of: 'number', indexes, ends: { ref: attorney } };
    }
    if (source === undefined) throw new InvalidInput('source', 'is missing: whose word may end');
    return this.aboutOne(number, caller, { kind: source });
  }

  private async aboutOne(number: string | undefined, caller: string | undefined, ends: SourceMatch): Promise<About> {
    const of = number === undefined ? 'caller' : 'number';
    const candidates =
      number === undefined
        ? this.protecting.callers.candidates((caller ?? '').trim())
        : this.protecting.numbers.candidates(readNumber(number, 'number'));
    const said = new Set<BlindIndex>((await this.view.current()).saidBy(ends));
    const indexes = candidates.filter((index) => said.has(index));
    if (indexes.length === 0) throw new ProtectionNotFound();
    return { of, indexes, ends };
  }
}
