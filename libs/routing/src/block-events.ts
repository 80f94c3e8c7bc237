import type { BlindIndex, DomainEvent, Instant, SealedValue } from '@privity/kernel';

export type BlockKind =
  /** A court keeps a person away from whoever answers at the number. */
  | 'no-contact-order'
  /** Whoever answers asked not to be called. */
  | 'callee-request'
  /** The facility's own reason. */
  | 'facility';

/**
 * A number must not be called: by one person wherever they are, from one facility, or with neither by anybody. Stream
 * `blocks-<index>`: all blocks of one number, in order.
 */
export type NumberBlocked = DomainEvent<
  'routing.NumberBlocked',
  {
    readonly block: string;
    readonly index: BlindIndex;
    readonly kind: BlockKind;
    readonly caller?: BlindIndex;
    readonly facility?: string;
    /** Sealed: the number. */
    readonly number: SealedValue;
    /** Sealed: the caller, as the facilities name them. */
    readonly person?: SealedValue;
    /** Sealed: on what it rests. */
    readonly basis: SealedValue;
    readonly since: Instant;
    /** Whoever ends it is somebody else. */
    readonly blockedBy: string;
  }
>;

/** A second person ended a block; others of the number stand. */
export type BlockEnded = DomainEvent<
  'routing.BlockEnded',
  { readonly block: string; readonly index: BlindIndex; readonly basis: SealedValue; readonly endedBy: string }
>;

/** Whoever entered a block asked to end it alone. */
export type BlockEndRefused = DomainEvent<
  'routing.BlockEndRefused',
  { readonly block: string; readonly askedBy: string; readonly reason: 'same-person' }
>;

/** Somebody was shown blocks with their numbers; stands before they see them (P4). Stream `blocks-viewed`. */
export type BlocksViewed = DomainEvent<'routing.BlocksViewed', { readonly blocks: readonly string[] }>;

export type BlockEvent = NumberBlocked | BlockEnded | BlockEndRefused | BlocksViewed;
