import { readFile } from 'node:fs/promises';
import { hasSetpriv, run } from './child.js';
import { MachineProblem } from './machine-problem.js';

/** Under which account PostgreSQL runs, and what must stand before its command to get there. */
export interface Account {
  /** Absent: our own account. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** The command to run as that account; PostgreSQL refuses to run as root. */
  as(command: readonly string[]): string[];
  /** What `spawn` must be told where `as` cannot change the account. */
  readonly spawning: { uid?: number; gid?: number };
}

// Capability numbers of linux/capability.h. Either lets a process walk through folders closed to its account.
const WALK = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n },
] as const;

/**
 * Our own account unless we are root; then `postgres`, else `nobody`. Folders that this account may not walk through
 * (a `mktemp -d` of root, a checkout under /root) are reached by giving the server the one capability for it.
 * @param paths files and folders that the server must reach
 */
export async function accountFor(paths: readonly string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return { as: (command) => dying(command), spawning: {} };
  const owner = await unprivileged();
  if (!hasSetpriv()) return { owner, as: (command) => [...command], spawning: owner };
  const change = ['setpriv', '--reuid', `${owner.uid}`, '--regid', `${owner.gid}`, '--clear-groups'];
  const closed = await firstUnreachable(change, paths);
  if (closed === undefined) return { owner, as: (command) => dying(command, change), spawning: {} };
  const bounding = await boundingSet();
  const walk = WALK.find(({ bit }) => (bounding >> bit) & 1n);
  // Without the secure bit access(2), by which initdb looks for its neighbour, leaves capabilities out of account.
  const keeping = ['--securebits', '+no_setuid_fixup'];
  const able = walk && [...change, ...keeping, '--inh-caps', `+${walk.name}`, '--ambient-caps', `+${walk.name}`];
  if (able === undefined || (await firstUnreachable(able, paths)) !== undefined) {
    throw new MachineProblem(
      'data-unreachable',
      `PostgreSQL does not run as root, and the account it runs as instead (uid ${owner.uid}) cannot reach ${closed}. ` +
        'Start Privity as an ordinary user, choose another --data-dir, or set DATABASE_URL.',
    );
  }
  return { owner, as: (command) => dying(command, able), spawning: {} };
}

function dying(command: readonly string[], change: readonly string[] = ['setpriv']): string[] {
  return hasSetpriv() ? [...change, '--pdeathsig', 'INT', '--', ...command] : [...command];
}

async function firstUnreachable(change: readonly string[], paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const { code } = await run([...change, '--', 'ls', '-d', '--', path]);
    if (code !== 0) return path;
  }
  return undefined;
}

async function unprivileged(): Promise<{ uid: number; gid: number }> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const lines = passwd.split('\n').map((line) => line.split(':'));
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody');
  if (!entry) {
    throw new MachineProblem(
      'account-missing',
      'PostgreSQL does not run as root, and there is neither an account postgres nor nobody to run as. ' +
        'Start Privity as an ordinary user or set DATABASE_URL.',
    );
  }
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

async function boundingSet(): Promise<bigint> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  return BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
}
