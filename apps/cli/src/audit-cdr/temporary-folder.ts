import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** DuckDB may write another file while the folder is being removed. */
const RETRIES = 10;

/** A folder for what does not fit into memory. There may be calls in it: it goes when the work ends, however that ends. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'privity-audit-cdr-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: RETRIES });
  const unhear = () => SIGNALS.forEach((name) => process.removeListener(name, end));
  const end = (signal: NodeJS.Signals) => {
    remove();
    unhear();
    // Now that nobody hears it any more it ends the process, and whoever waits for that is told by what.
    process.kill(process.pid, signal);
  };
  for (const name of SIGNALS) process.on(name, end);
  try {
    return await work(folder);
  } finally {
    unhear();
    remove();
  }
}
