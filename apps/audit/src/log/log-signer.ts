import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSigningKey, type ServiceConfig } from '@privity/service';
import { parseVkey, signCheckpoint, type Checkpoint, type VerifierKey } from '@privity/transparency-log';
import { LogInconsistent } from './log-errors.js';

/** Signs checkpoints in the name, and with the key, that outsiders were told. */
export class LogSigner {
  constructor(
    private readonly privateKey: KeyObject,
    readonly verifier: VerifierKey,
  ) {
    if (!createPublicKey(privateKey).equals(verifier.publicKey)) {
      throw new LogInconsistent(
        "log.vkey is not the public half of the log's key: outsiders would refuse what is signed",
      );
    }
  }

  static fromFolders({ keysDir, trustDir }: ServiceConfig): LogSigner {
    const vkey = parseVkey(readFileSync(join(trustDir, 'log.vkey'), 'utf8'));
    return new LogSigner(loadSigningKey(keysDir, 'log', process.env), vkey);
  }

  sign(head: Omit<Checkpoint, 'origin'>): string {
    return signCheckpoint({ ...head, origin: this.verifier.name }, this.privateKey);
  }
}
