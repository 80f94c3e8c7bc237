import { type KeyObject, verify } from 'node:crypto';
import type { HttpConnection } from './http-connection.js';
import type { RegistryImportKind } from './imports.js';

/** All that the registry protects, as it signed it. */
export interface RegistryCertificate {
  readonly typ: 'privity-registry-certificate';
  readonly at: string;
  /** Protected numbers. */
  readonly count: number;
  /** Protected persons in custody. */
  readonly persons: number;
  readonly digest: string;
  readonly shards: readonly { readonly position: number; readonly count: number; readonly digest: string }[];
  readonly lists: readonly {
    readonly list: string;
    readonly kind: RegistryImportKind;
    /** SHA-256 of the newest file that was applied, hex. */
    readonly fileDigest: string;
    readonly entries: number;
  }[];
}

/** One file of a list, as the registry found it and signed that. */
export interface ListCertificate {
  readonly typ: 'privity-list-certificate';
  readonly at: string;
  readonly importId: string;
  readonly kind: RegistryImportKind;
  readonly list: string;
  /** SHA-256 of the file, hex. */
  readonly fileDigest: string;
  readonly state: 'applied' | 'held';
  readonly rows: number;
  readonly rejected: number;
  /** Distinct numbers, or members of a bar. */
  readonly entries: number;
  /** The same for the same entries in any order; keyed, so it can be compared and not made by others. */
  readonly entriesDigest: string;
}

export type Certificate = RegistryCertificate | ListCertificate;

const TYPES: readonly unknown[] = [
  'privity-registry-certificate',
  'privity-list-certificate',
] satisfies Certificate['typ'][];

/** It is not what the registry signed, or no certificate. */
export class CertificateRefused extends Error {
  constructor(why: string) {
    super(`This is no certificate of the registry: ${why}.`);
    this.name = 'CertificateRefused';
  }
}

/**
 * Checks a certificate (a compact JWS, EdDSA) with nothing but the registry's public key, `keys/trust/registry.jwk`.
 * @throws CertificateRefused also for what the same key signed for another purpose
 */
export function verifyCertificate(jws: string, publicKey: KeyObject): Certificate {
  const [header, payload, signature, ...more] = jws.trim().split('.');
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw new CertificateRefused('it does not have three parts');
  }
  const { alg, typ, crit } = parse(header);
  // One algorithm and no extensions, whatever the header asks for.
  if (alg !== 'EdDSA' || crit !== undefined) throw new CertificateRefused('it is signed in another way');
  if (!verify(null, Buffer.from(`${header}.${payload}`), publicKey, bytes(signature))) {
    throw new CertificateRefused('the signature does not hold');
  }
  if (!TYPES.includes(typ)) throw new CertificateRefused('it was signed as something else');
  return { ...parse(payload), typ } as Certificate;
}

function parse(part: string): Record<string, unknown> {
  const text = bytes(part).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below: the parser would quote what it was given.
  }
  throw new CertificateRefused('a part of it is not JSON');
}

function bytes(part: string): Buffer {
  const decoded = Buffer.from(part, 'base64url');
  if (decoded.toString('base64url') !== part) throw new CertificateRefused('a part of it is not base64url');
  return decoded;
}

/** Signed counts and digests, for comparing at a cut-over. */
export class Certificates {
  constructor(private readonly http: HttpConnection) {}

  /** Of all that is protected. */
  ofAll(): Promise<{ readonly certificate: string }> {
    return this.http.json('GET', '/api/registry/certificate');
  }

  ofImport(importId: string): Promise<{ readonly certificate: string }> {
    return this.http.json('GET', `/api/registry/imports/${encodeURIComponent(importId)}/certificate`);
  }
}
