import { writeFile } from 'node:fs/promises';
import type { CommonOptions } from './options.js';

/** Prints the words, and writes the result where `--json` says. */
export async function showResult({ json }: Pick<CommonOptions, 'json'>, result: object, words: string): Promise<void> {
  if (json !== undefined) await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${words}\n`);
}
