import { Injectable } from '@nestjs/common';
import { type JurisdictionRule, JURISDICTIONS_STREAM, orderedRules } from '@privity/routing';
import type { Principal } from '@privity/service';
import { Directory } from '../read-models/directory.js';
import { DocumentsInForce } from './documents-in-force.js';

export interface RulesInForce {
  /** 0: none were ever set. */
  readonly version: number;
  readonly rules: readonly JurisdictionRule[];
}

/** The states' rules on consent to recording. */
@Injectable()
export class Jurisdictions {
  constructor(
    private readonly documents: DocumentsInForce,
    private readonly directory: Directory,
  ) {}

  inForce(): RulesInForce {
    const { version, all } = this.directory.view.now().rules();
    return { version, rules: all };
  }

  /** @throws InvalidInput */
  async set(given: readonly JurisdictionRule[], asker: Principal): Promise<RulesInForce> {
    const rules = orderedRules(given);
    await this.documents.change(JURISDICTIONS_STREAM, asker.subject, () => {
      const known = this.inForce();
      if (JSON.stringify(known.rules) === JSON.stringify(rules)) return undefined;
      return { type: 'routing.JurisdictionRulesSet', data: { version: known.version + 1, rules } };
    });
    return this.inForce();
  }
}
