import { InvalidArgumentError, type Command } from 'commander';
import { isRole, ROLES, type Role } from '@privity/service/installation';
import { DataDir } from '../data-dir.js';

export interface CommonOptions {
  readonly dataDir: string;
  readonly json?: string;
}

/** `--data-dir` and `--json`, which every command has. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--data-dir <dir>', 'folder of this installation', process.env['PRIVITY_DATA_DIR'] ?? '.privity')
    .option('--json <file>', 'write the result to a file as JSON');
}

export function dataDirOf({ dataDir }: CommonOptions): DataDir {
  return new DataDir(dataDir);
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1) throw new InvalidArgumentError('It is not a whole number from 1.');
  return value;
}

/** For options given several times. */
export function roles(text: string, before: readonly Role[] = []): readonly Role[] {
  if (!isRole(text)) throw new InvalidArgumentError(`Roles are ${ROLES.join(', ')}.`);
  return [...before, text];
}
