/** Why something could not be started on this machine, in words that name the remedy. `code` is stable. */
export class MachineProblem extends Error {
  constructor(
    readonly code:
      | 'binaries-missing'
      | 'account-missing'
      | 'data-unreachable'
      | 'data-held'
      | 'postgres-failed'
      | 'java-missing'
      | 'maven-missing'
      | 'jars-failed'
      | 'jars-altered'
      | 'kafka-failed',
    message: string,
  ) {
    super(message);
    this.name = 'MachineProblem';
  }
}
