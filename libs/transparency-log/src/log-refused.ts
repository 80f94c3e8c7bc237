/** Why something about the log was not believed. Closed list, stable: programs may branch on it. */
export type RefusalCode =
  /** Sizes or indices that no tree can have: negative, fractional, out of order, past the end. */
  | 'size-impossible'
  /** A consistency proof from the empty tree proves nothing. */
  | 'empty-tree'
  /** The range is not a subtree of any tree. */
  | 'subtree-invalid'
  /** The sizes determine how many hashes a proof has; this one has another number. */
  | 'proof-length'
  /** A hash that is not 32 bytes. */
  | 'hash-length'
  | 'root-mismatch'
  | 'vkey-malformed'
  | 'note-malformed'
  /** No signature by the given key. */
  | 'note-unsigned'
  | 'signature-invalid'
  | 'checkpoint-malformed'
  | 'proof-malformed'
  | 'bundle-malformed'
  | 'entry-too-long'
  | 'log-incomplete'
  | 'tile-path'
  | 'tile-malformed';

/** The only error this library throws on what others hand it. */
export class LogRefused extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
    this.name = 'LogRefused';
  }
}
