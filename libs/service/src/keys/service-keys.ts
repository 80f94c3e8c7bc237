import type { KeyObject } from 'node:crypto';

import type { ServiceConfig } from '../config.js';
import { FileKeyRing } from './file-key-ring.js';
import { loadPublicKey } from './signing-keys.js';

/** The keys a service runs on. Opened before anything else: with a wrong key no connection is worth making. */
export interface ServiceKeys {
  readonly own: FileKeyRing;
  readonly index: FileKeyRing | undefined;
  /** Tokens are verified against it. */
  readonly identity: KeyObject;
}

/** @throws KeyFileError naming the file that is missing, malformed or open to others */
export function openServiceKeys({ keysDir, indexKeysDir, trustDir }: ServiceConfig): ServiceKeys {
  return {
    own: FileKeyRing.open(keysDir, process.env),
    index: indexKeysDir === undefined ? undefined : FileKeyRing.open(indexKeysDir, process.env),
    identity: loadPublicKey(trustDir, 'identity'),
  };
}
