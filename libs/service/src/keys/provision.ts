import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { ContextName } from '../config.js';
import { FileKeyRing } from './file-key-ring.js';
import { provisionMasterKey, type KeyEnvironment } from './key-files.js';
import { provisionSigningKey, publishLogKey, publishPublicKey } from './signing-keys.js';

/** Where a data folder keeps its keys. Nothing of it belongs into a database backup (architecture section 4). */
export interface KeyFolders {
  readonly services: Readonly<Record<ContextName, string>>;
  /** Registry, routing and recording only. */
  readonly index: string;
  /** Public keys; readable by all. */
  readonly trust: string;
  /** Signs tokens; the launcher and the command line only. */
  readonly identity: string;
}

const OWN_PURPOSES: Readonly<Record<ContextName, readonly string[]>> = {
  registry: ['subject-kek', 'attorney-id', 'call-back-code'],
  routing: ['subject-kek', 'call-id', 'fingerprint'],
  recording: ['subject-kek'],
  audit: ['client-id'],
};
const INDEX_PURPOSES = ['number-index', 'caller-index', 'person-index', 'view-digest'] as const;

export function keyFolders(dataDir: string): KeyFolders {
  const keys = join(dataDir, 'keys');
  return {
    services: {
      registry: join(keys, 'registry'),
      routing: join(keys, 'routing'),
      recording: join(keys, 'recording'),
      audit: join(keys, 'audit'),
    },
    index: join(keys, 'index'),
    trust: join(keys, 'trust'),
    identity: join(keys, 'identity'),
  };
}

/** Makes every key a fresh installation needs; what exists is left as it is, so it runs at every start. */
export function provisionKeys(dataDir: string, env: KeyEnvironment = {}): KeyFolders {
  const folders = keyFolders(dataDir);
  mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o711 });
  mkdirSync(folders.trust, { recursive: true, mode: 0o755 });
  const masters = new Map<string, Buffer>();
  for (const folder of [...Object.values(folders.services), folders.index, folders.identity]) {
    masters.set(folder, provisionMasterKey(folder, env));
  }
  const masterOf = (folder: string): Buffer => masters.get(folder) ?? provisionMasterKey(folder, env);
  for (const [name, folder] of Object.entries(folders.services) as [ContextName, string][]) {
    FileKeyRing.provision(folder, masterOf(folder), OWN_PURPOSES[name]);
  }
  FileKeyRing.provision(folders.index, masterOf(folders.index), INDEX_PURPOSES);

  const { registry, routing, audit } = folders.services;
  publishPublicKey(
    folders.trust,
    'identity',
    provisionSigningKey(folders.identity, 'identity', masterOf(folders.identity)),
  );
  publishPublicKey(folders.trust, 'registry', provisionSigningKey(registry, 'registry', masterOf(registry)));
  publishPublicKey(folders.trust, 'routing', provisionSigningKey(routing, 'routing', masterOf(routing)));
  publishLogKey(folders.trust, provisionSigningKey(audit, 'log', masterOf(audit)));
  return folders;
}
