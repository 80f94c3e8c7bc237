import { parseEnvelope } from '@privity/event-store';
import { attestationDifferences, ProtectionView, readRegistryEvent } from '@privity/registry';
import type { RegistryAttested } from '@privity/registry';
import { DecisionReplay, type ReplayResult } from '@privity/routing';
import { FileKeyRing, keyFolders } from '@privity/service/installation';
import type { DataDir } from '../data-dir.js';

/** Also how often the registry attested what it protects; what does not follow from the events is among the mismatches. */
export interface LogReplayResult extends ReplayResult {
  readonly attested: number;
}

/** Derives every decision and every attestation of the registry again; fed with the log's entries from the first on. */
export class LogReplay {
  private readonly attested: { readonly id: string; readonly data: RegistryAttested['data'] }[] = [];
  private readonly decisions: DecisionReplay;
  private readonly view: ProtectionView;

  /** @param digestKey the current one of purpose `view-digest` */
  constructor(digestKey: Buffer) {
    // Decisions and attestations may name any past position of the registry, so none is dropped.
    this.view = new ProtectionView(digestKey, Infinity);
    this.decisions = new DecisionReplay(this.view);
  }

  take(text: string): void {
    this.decisions.take(text);
    // Most entries are calls: only those that may be one are parsed.
    if (!text.includes('"registry.RegistryAttested"')) return;
    const envelope = parseEnvelope(text);
    if (envelope.source !== '/privity/registry' || envelope.type !== 'registry.RegistryAttested') return;
    this.attested.push({ id: envelope.id, data: (readRegistryEvent(envelope) as RegistryAttested).data });
  }

  finish(): LogReplayResult {
    const { replayed, mismatches } = this.decisions.finish();
    const untrue = this.attested.flatMap(({ id, data }) =>
      attestationDifferences(this.view, data).map((difference) => ({ event: id, ...difference })),
    );
    return { replayed, attested: this.attested.length, mismatches: [...mismatches, ...untrue] };
  }
}

/** With the key of this installation. */
export function logReplay(dataDir: DataDir): LogReplay {
  return new LogReplay(FileKeyRing.open(keyFolders(dataDir.root).index, process.env).current('view-digest').key);
}
