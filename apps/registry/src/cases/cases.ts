import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { InvalidInput, isUuid, uuidv7 } from '@privity/kernel';
import type { BlindIndex, Forgotten } from '@privity/kernel';
import { caseStream, currentVersion, protectionCase } from '@privity/registry';
import type { CaseOpened, CaseSettled, CaseViewed, ProtectionSource } from '@privity/registry';
import { Forbidden, handleCommand, readState } from '@privity/service';
import { OwnView } from '../events/own-view.js';
import { OpenedValues } from '../protections/opened-values.js';
import { Protecting } from '../protections/protecting.js';
import { CaseNotFound } from './case-errors.js';
import { SettledEnds } from './settled-ends.js';

export interface CaseLine {
  /** Counts from 1; proposals name lines by it. */
  readonly line: number;
  /** The number, or the id in custody; `[forgotten]`. Absent: nobody wrote it down. */
  readonly name?: string | Forgotten;
  /** Whatever protects it at this moment. */
  readonly sources: readonly ProtectionSource[];
}

export interface ShownCase {
  readonly caseId: string;
  readonly cause: CaseOpened['data']['cause'];
  readonly attorney?: string;
  readonly of: 'number' | 'caller';
  readonly due: string;
  readonly lines: readonly CaseLine[];
  /** Whoever agrees names it by its id: nothing that is put in its place meanwhile is agreed to. */
  readonly proposal?: {
    readonly id: string;
    readonly proposedBy: string;
    readonly lines: readonly number[];
    readonly basis: string | Forgotten;
  };
}

export interface ProposedLine {
  readonly line: number;
  /** Whose line it is, as was checked. An office's line outlives its lawyer. */
  readonly owner: 'attorney' | 'office';
}

export interface EndProposal {
  /** Of an attorney's case: what was found of each line that may end. Else: all of it. */
  readonly lines?: readonly ProposedLine[];
  /** On what it rests. Kept sealed. */
  readonly basis: string;
}

/** Of an end, with the id of the proposal that is agreed to. */
export type Settlement =
  | { readonly outcome: 'kept' }
  | { readonly outcome: Extract<CaseSettled['data']['outcome'], 'ended'>; readonly proposal: string };

/** Whether protections still hold: a first person proposes an end, a second one agrees, any one keeps (P2). */
@Injectable()
export class Cases {
  constructor(
    private readonly store: EventStore,
    private readonly protecting: Protecting,
    private readonly values: OpenedValues,
    private readonly view: OwnView,
    private readonly ends: SettledEnds,
  ) {}

  /** That somebody looked is an event before the answer leaves (P4). @throws CaseNotFound for one that is not open */
  async show(caseId: string, actor: string): Promise<ShownCase> {
    const { open, proposal } = await this.stateOf(caseId);
    const type: CaseViewed['type'] = 'registry.CaseViewed';
    const viewed = { type, data: { case: caseId }, actor, version: currentVersion(type) };
    await this.store.append(caseStream(caseId), 'any', [viewed]);
    const { cause, attorney, of, due, indexes } = open;
    const shown = { caseId, cause, of, due, lines: await this.linesOf(of, indexes) };
    return {
      ...shown,
      ...(attorney === undefined ? {} : { attorney }),
      ...(proposal === undefined ? {} : { proposal: await this.shownProposal(caseId, indexes, proposal) }),
    };
  }

  /** A first person asks for an end. @returns the proposal's id @throws CaseNotFound, InvalidInput */
  async propose(caseId: string, { lines, basis }: EndProposal, actor: string): Promise<string> {
    const { open } = await this.stateOf(caseId);
    const indexes = lines === undefined ? open.indexes : linesToEnd(lines, open.indexes);
    // Whose line it is, is asked of an attorney's lines; one that they did not register is nobody's to be asked about.
    if (lines === undefined && open.attorney !== undefined && open.cause !== 'not-confirmed') {
      throw new InvalidInput('lines', 'is missing: say of each line that may end whether it is the attorney’s own');
    }
    const stream = caseStream(caseId);
    const statement = await this.protecting.seal(stream, 'statement', basis);
    const proposal = uuidv7();
    const command = { type: 'propose-end', proposal, proposedBy: actor, indexes, statement } as const;
    await handleCommand(this.store, protectionCase, stream, command, { actor, correlationid: caseId });
    return proposal;
  }

  /**
   * What is settled is ended before this resolves: whatever says afterwards that the number is protected is heard as
   * something new. @throws CaseNotFound, CaseNotOpen, NothingProposed, ProposalChanged; Forbidden for whoever proposed it
   */
  async settle(caseId: string, settlement: Settlement, actor: string): Promise<void> {
    await this.stateOf(caseId);
    const command = { type: 'settle-case', ...settlement, settledBy: actor } as const;
    const meta = { actor, correlationid: caseId };
    const { events, recorded } = await handleCommand(this.store, protectionCase, caseStream(caseId), command, meta);
    for (const [n, event] of events.entries()) {
      if (event.type === 'registry.CaseSettlementRefused') {
        throw new Forbidden('Whoever proposed an end cannot agree to it. Ask a second person.');
      }
      if (event.type === 'registry.CaseSettled') await this.ends.follow(recorded[n]?.id ?? '', event.data);
    }
  }

  private async stateOf(caseId: string) {
    if (!isUuid(caseId)) throw new CaseNotFound();
    const { open, proposal } = await readState(this.store, protectionCase, caseStream(caseId));
    if (open === undefined) throw new CaseNotFound();
    return { open, proposal };
  }

  private async linesOf(of: 'number' | 'caller', indexes: readonly BlindIndex[]): Promise<CaseLine[]> {
    const view = await this.view.current();
    return Promise.all(
      indexes.map(async (index, n) => {
        const name = await this.values.nameOf(of, index);
        const sources = (view.isProtected(index)?.statements ?? []).map(({ source }) => source);
        return { line: n + 1, ...(name === undefined ? {} : { name }), sources };
      }),
    );
  }

  private async shownProposal(
    caseId: string,
    all: readonly BlindIndex[],
    { proposal: id, proposedBy, indexes, statement }: NonNullable<Awaited<ReturnType<Cases['stateOf']>>['proposal']>,
  ): Promise<NonNullable<ShownCase['proposal']>> {
    const basis = await this.values.open(caseStream(caseId), 'statement', statement);
    const lines = indexes.map((index) => all.indexOf(index) + 1);
    return { id, proposedBy, lines, basis };
  }
}

/** @throws InvalidInput for a line that is not there, or where none is the attorney's own */
function linesToEnd(lines: readonly ProposedLine[], indexes: readonly BlindIndex[]): BlindIndex[] {
  const ending = lines.flatMap(({ line, owner }, n) => {
    const index = indexes[line - 1];
    if (index === undefined) throw new InvalidInput(`lines.${n}.line`, 'is not a line of this case');
    return owner === 'attorney' ? [index] : [];
  });
  if (ending.length === 0) {
    throw new InvalidInput('lines', 'An office’s line outlives its lawyer: none of these may end. Keep the case.');
  }
  return ending;
}
