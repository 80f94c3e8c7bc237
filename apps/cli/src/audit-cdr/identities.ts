import { by, type CdrReport } from '@privity/cdr';
import type { Audit } from './audit-export.js';
import type { Listener } from './listening.js';

/** Who was called and who listened: an annex for those who may know. No digest covers it (P12). */
export interface Identities {
  readonly attorneys: readonly {
    readonly bar: string;
    readonly name: string;
    readonly firm: string;
    readonly calls: number;
  }[];
  readonly listeners: readonly Listener[];
  /** Bar members called, by the id of the breached call. */
  readonly called: Readonly<Record<string, readonly string[]>>;
}

export function identitiesOf({ findings, members, listeners }: Audit): Identities {
  const attorneys = by(findings, (finding) => finding.members).map(({ name: bar, calls }) => {
    const { name = '', firm = '' } = members.get(bar) ?? {};
    return { bar, name, firm, calls };
  });
  // An id may stand in several lines that called different numbers.
  const called = new Map<string, Set<string>>();
  for (const { callId, members: of } of findings) {
    const reached = called.get(callId) ?? new Set();
    for (const member of of) called.set(callId, reached.add(member));
  }
  return {
    attorneys,
    listeners,
    called: Object.fromEntries([...called].map(([callId, reached]) => [callId, [...reached].toSorted()])),
  };
}

export type ReportFile = CdrReport & { readonly identities?: Identities };
