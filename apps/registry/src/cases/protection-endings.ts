import { Injectable } from '@nestjs/common';
import { CaseOpening } from './case-opening.js';
import { Cases } from './cases.js';
import { CaseNotFound } from './case-errors.js';

export interface EndTaken {
  readonly caseId: string;
  /** What a second person agrees to. */
  readonly proposal?: string;
  readonly state: 'proposed' | 'ended';
  /** When a second person should have looked. */
  readonly due?: string;
}

/** What a second person was told of. */
export interface Agreement {
  readonly case: string;
  readonly proposal: string;
}

/** Ends one protection that a member of staff entered, by its own id: a case for two people like any other. */
@Injectable()
export class ProtectionEndings {
  constructor(
    private readonly opening: CaseOpening,
    private readonly cases: Cases,
  ) {}

  /** @throws ProtectionNotFound */
  async propose(protectionId: string, basis: string, actor: string): Promise<EndTaken> {
    const { caseId, due } = await this.opening.openAbout(await this.opening.aboutProtection(protectionId), actor);
    const proposal = await this.cases.propose(caseId, { basis }, actor);
    return { caseId, proposal, due, state: 'proposed' };
  }

  /** @throws ProtectionNotFound; CaseNotFound for a case about something else; Forbidden for whoever proposed it */
  async agree(protectionId: string, { case: caseId, proposal }: Agreement, actor: string): Promise<EndTaken> {
    const about = await this.opening.aboutProtection(protectionId);
    if (this.opening.idOf(about) !== caseId) throw new CaseNotFound();
    await this.cases.settle(caseId, { outcome: 'ended', proposal }, actor);
    return { caseId, state: 'ended' };
  }
}
