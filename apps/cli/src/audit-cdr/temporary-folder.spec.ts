import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import ts from 'typescript';

describe('the folder for what does not fit into memory', () => {
  let temp: string;
  beforeEach(async () => (temp = await mkdtemp(join(tmpdir(), 'privity-temporary-'))));
  afterEach(() => rm(temp, { recursive: true }));

  /** A process of its own, for a signal would end this one. It has written into its folder. @param end how its work ends */
  async function atWork(end: string): Promise<ChildProcessByStdio<null, Readable, null>> {
    const source = await readFile(join(import.meta.dirname, 'temporary-folder.ts'), 'utf8');
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const work = `import { writeFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      await inTemporaryFolder(async (folder) => {
        writeFileSync(folder + '/duckdb_temp_storage-0.tmp', 'calls');
        process.stdout.write('at work');
        await sleep(500);
        ${end}
      }).catch(() => process.exit(1));`;
    const code = ts.transpileModule(source, { compilerOptions: options }).outputText + work;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      ...{ env: { ...process.env, NODE_OPTIONS: '', TMPDIR: temp }, stdio: ['ignore', 'pipe', 'inherit'] },
    });
    await once(child.stdout, 'data');
    expect(await readdir(temp)).toEqual([expect.stringMatching(/^privity-audit-cdr-/)]);
    return child;
  }

  it.each([
    ['is done', '', 0],
    ['failed', `throw new Error('no engine');`, 1],
  ])('is gone when the work %s', async (_, end, code) => {
    expect(await once(await atWork(end), 'exit')).toEqual([code, null]);
    expect(await readdir(temp)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is gone after %s, which ends the process', async (signal) => {
    const child = await atWork('await sleep(60_000);');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([null, signal]);
    expect(await readdir(temp)).toEqual([]);
  });
});
