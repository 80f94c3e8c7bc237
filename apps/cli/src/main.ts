import { Command, CommanderError } from 'commander';
import { MachineProblem } from '@privity/one-machine';
import { Failed } from './failures.js';

const program = new Command('privity')
  .description('Phone calls of people in custody: a privileged call is never recorded, and anyone may check it')
  .exitOverride()
  .showHelpAfterError('(--help says more)');

/** By their names: what a command does not need is not loaded for it. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.js')).startCommand(),
  prepare: async () => (await import('./commands/prepare.js')).prepareCommand(),
  stop: async () => (await import('./commands/stop.js')).stopCommand(),
  status: async () => (await import('./commands/stop.js')).statusCommand(),
  token: async () => (await import('./commands/token.js')).tokenCommand(),
  import: async () => (await import('./commands/import.js')).importCommand(),
  compare: async () => (await import('./commands/compare.js')).compareCommand(),
  registry: async () => (await import('./commands/registry.js')).registryCommand(),
  replay: async () => (await import('./commands/verify.js')).replayCommand(),
  verify: async () => (await import('./commands/verify.js')).verifyCommand(),
  store: async () => (await import('./commands/repair.js')).storeCommand(),
  stream: async () => (await import('./commands/repair.js')).streamCommand(),
  'audit-cdr': async () => (await import('./commands/audit-cdr.js')).auditCdrCommand(),
};
const all = Object.entries(COMMANDS);
const asked = all.filter(([name]) => name === process.argv[2]);
for (const [, load] of asked.length > 0 ? asked : all) {
  const command = await load();
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
