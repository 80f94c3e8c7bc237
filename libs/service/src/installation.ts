// Of an installation: its contexts, keys, tokens and lists, without the framework, so that a command line answers at once.
export * from './auth/principal.js';
export { Forbidden, signToken, TokenVerifier, Unauthenticated, type TokenRequest } from './auth/tokens.js';
export * from './config.js';
export { CsvError } from './imports/csv-error.js';
export * from './imports/read-csv.js';
export { FileKeyRing, UnknownPurpose } from './keys/file-key-ring.js';
export { KeyFileError, type KeyEnvironment } from './keys/key-files.js';
export * from './keys/provision.js';
export {
  LOG_KEY_NAME,
  loadPublicKey,
  loadSigningKey,
  signedNoteKey,
  type SigningKeyName,
} from './keys/signing-keys.js';
