/** A secret of one epoch. `epoch` is short, has no dot and names no secret: it is stored beside what the key made. */
export interface EpochKey {
  readonly epoch: string;
  readonly key: Buffer;
}

/** The keys of a service by purpose. Every secret is an epoch that can be destroyed for ever (P10). */
export interface KeyRing {
  /** The epoch that new values are made under. */
  current(purpose: string): EpochKey;
  /** Every epoch that still exists, the current one first. */
  live(purpose: string): readonly EpochKey[];
  destroy(purpose: string, epoch: string): Promise<void>;
}
