import { Injectable } from '@nestjs/common';
import type { HEARTBEAT_TYP, LIST_CERTIFICATE_TYP, REGISTRY_CERTIFICATE_TYP } from '@privity/registry';
import type { Heartbeat, ListCertificate, RegistryCertificate } from '@privity/registry';
import { loadSigningKey, ServiceConfig } from '@privity/service';
import { CompactSign } from 'jose';
import type { KeyObject } from 'node:crypto';

/** All that the registry's key signs, each under a type of its own. */
interface Signed {
  readonly [HEARTBEAT_TYP]: Heartbeat;
  readonly [REGISTRY_CERTIFICATE_TYP]: RegistryCertificate;
  readonly [LIST_CERTIFICATE_TYP]: ListCertificate;
}

/** Signs what the registry says of itself (P3, T3): a compact JWS, EdDSA. */
@Injectable()
export class RegistrySigner {
  private readonly key: KeyObject;

  constructor(config: ServiceConfig) {
    this.key = loadSigningKey(config.keysDir, 'registry', process.env);
  }

  sign<T extends keyof Signed>(typ: T, payload: Signed[T]): Promise<string> {
    return new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'EdDSA', kid: 'registry', typ })
      .sign(this.key);
  }
}
