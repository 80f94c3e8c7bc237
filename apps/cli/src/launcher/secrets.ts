import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { CONTEXTS, type ContextName } from '@privity/service/installation';
import type { DataDir } from '../data-dir.js';

export type RolePasswords = Readonly<Record<ContextName, string>>;

/** A random password per service role, made at first start and kept 0600. */
export async function rolePasswords(dataDir: DataDir): Promise<RolePasswords> {
  const known: Partial<RolePasswords> = await readFile(dataDir.secrets, 'utf8').then(
    (text) => JSON.parse(text) as Partial<RolePasswords>,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return {};
      throw error;
    },
  );
  const entries = CONTEXTS.map((name) => [name, known[name] ?? randomBytes(24).toString('base64url')] as const);
  const passwords = Object.fromEntries(entries) as RolePasswords;
  if (CONTEXTS.some((name) => known[name] === undefined)) {
    const draft = `${dataDir.secrets}.new`;
    await writeFile(draft, JSON.stringify(passwords, null, 2), { mode: 0o600 });
    await rename(draft, dataDir.secrets);
  }
  return passwords;
}
