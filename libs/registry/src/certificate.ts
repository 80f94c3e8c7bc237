import type { Instant } from '@privity/kernel';
import type { ListImported } from './events.js';
import type { ShardDigest } from './shard-entries.js';

/** The `typ` of a certificate's JWS (compact, EdDSA by registry.jwk). None of the three things that this key signs is another. */
export const REGISTRY_CERTIFICATE_TYP = 'privity-registry-certificate';
export const LIST_CERTIFICATE_TYP = 'privity-list-certificate';

/** What the registry says of all that it protects. */
export interface RegistryFigures {
  /** Protected numbers. */
  readonly count: number;
  /** Protected persons in custody. */
  readonly persons: number;
  /** `ProtectionView.digest()`: numbers and persons. */
  readonly digest: string;
  /** All shards, in order. */
  readonly shards: readonly ShardDigest[];
}

/** One list, or a state's part of a bar roll, as its files left it. */
export interface ListStanding {
  readonly list: string;
  readonly kind: ListImported['data']['kind'];
  /** SHA-256 of the newest file that was applied, hex. */
  readonly fileDigest: string;
  /** Entries that have not departed; those of a held file count, since they are protected. */
  readonly entries: number;
}

/** What can be compared at a cut-over, by whoever holds the registry's public key and no more (T3). */
export interface RegistryCertificate extends RegistryFigures {
  readonly at: Instant;
  readonly lists: readonly ListStanding[];
}

/** What one file was found to hold. */
export interface ListCertificate {
  readonly at: Instant;
  readonly importId: string;
  readonly kind: ListImported['data']['kind'];
  readonly list: string;
  /** SHA-256 of the file, hex. */
  readonly fileDigest: string;
  readonly state: 'applied' | 'held';
  readonly rows: number;
  readonly rejected: number;
  /** Distinct numbers, or members of a bar. */
  readonly entries: number;
  /** Sum modulo 2^256 of the entries' keyed hashes: the same list gives the same in any order, under any file's digest. */
  readonly entriesDigest: string;
}
