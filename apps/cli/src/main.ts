import { Command, CommanderError } from 'commander';
import { MachineProblem } from '@privity/one-machine';
import { importCommand } from './commands/import.js';
import { prepareCommand } from './commands/prepare.js';
import { startCommand } from './commands/start.js';
import { statusCommand, stopCommand } from './commands/stop.js';
import { storeCommand, streamCommand } from './commands/repair.js';
import { tokenCommand } from './commands/token.js';
import { replayCommand, verifyCommand } from './commands/verify.js';
import { Failed } from './failures.js';

const program = new Command('privity')
  .description('Phone calls of people in custody: a privileged call is never recorded, and anyone may check it')
  .exitOverride()
  .showHelpAfterError('(--help says more)');

for (const command of [
  startCommand(),
  prepareCommand(),
  stopCommand(),
  statusCommand(),
  tokenCommand(),
  importCommand(),
  replayCommand(),
  verifyCommand(),
  storeCommand(),
  streamCommand(),
]) {
  for (const one of [command, ...command.commands]) one.exitOverride();
  program.addCommand(command);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
// Sockets kept alive for a next request must not keep the process.
process.exit();

/** 0 good, 1 a check failed or something broke, 2 wrong use. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failed || error instanceof MachineProblem) {
    process.stderr.write(`${error.message}\n`);
    return error instanceof Failed ? error.exitCode : 1;
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  process.stderr.write(`${process.env['PRIVITY_DEBUG'] ? stack : message}\n`);
  return 1;
}
