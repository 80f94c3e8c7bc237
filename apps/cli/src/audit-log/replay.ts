import { ProtectionView } from '@privity/registry';
import { DecisionReplay } from '@privity/routing';
import { FileKeyRing, keyFolders } from '@privity/service/installation';
import type { DataDir } from '../data-dir.js';

/** Derives every decision again; fed with the log's entries from the first on. */
export function decisionReplay(dataDir: DataDir): DecisionReplay {
  const { key } = FileKeyRing.open(keyFolders(dataDir.root).index, process.env).current('view-digest');
  // Decisions may name any past position of the registry, so none is dropped.
  return new DecisionReplay(new ProtectionView(key, Infinity));
}
