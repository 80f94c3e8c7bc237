/** A check failed or something broke: exit code 1. The message is one a person can act on. */
export class Failed extends Error {
  readonly exitCode: number = 1;
}

/** The command was used wrongly: exit code 2. */
export class WrongUse extends Failed {
  override readonly exitCode = 2;
}
