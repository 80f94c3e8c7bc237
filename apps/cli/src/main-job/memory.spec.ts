import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startChild } from '@privity/one-machine';
import { DataDir } from '../data-dir.js';
import { MemoryWatch, type PeakMemory, peakMemory } from './memory.js';

describe('MemoryWatch', () => {
  it('looks once a tenth is played and once at the end, and leaves out a part that came or went between', () => {
    const looks: PeakMemory[] = [
      { routing: 100, audit: 70, gone: 1 },
      { routing: 900, audit: 70, come: 1 },
    ];
    const watch = new MemoryWatch(() => looks.shift() ?? {}, 1_000);
    for (const done of [1, 99, 100, 101, 1_000]) watch.played(done);
    expect(watch.end()).toEqual([
      { part: 'audit', atTenth: 70, atEnd: 70 },
      { part: 'routing', atTenth: 100, atEnd: 900 },
    ]);
  });

  it('counts calls that were played before', () => {
    const watch = new MemoryWatch(() => ({ routing: 5 }), 1_000);
    watch.played(1_000);
    expect(watch.end()).toHaveLength(1);
  });
});

describe('peakMemory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'privity-test-memory-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('reads what a process once needed, also after it gave it back', async () => {
    const dataDir = new DataDir(folder);
    await dataDir.create();
    const holdAndRelease = 'let b=Buffer.alloc(3e8,1);b=undefined;gc();console.log("released");setInterval(()=>0,1e3)';
    const logFile = join(folder, 'log');
    const child = await startChild([process.execPath, '--expose-gc', '-e', holdAndRelease], {
      ...{ logFile, cwd: folder, exitSignal: 'SIGKILL' as const },
    });
    try {
      writeFileSync(dataDir.pidOf('routing'), `${child.pid}\n`);
      writeFileSync(dataDir.pidOf('dead'), '999999999\n');
      const deadline = Date.now() + 20_000;
      let peaks = peakMemory(dataDir);
      while ((peaks['routing'] ?? 0) < 3e8 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        peaks = peakMemory(dataDir);
      }
      expect(peaks['routing']).toBeGreaterThan(3e8);
      expect(Object.keys(peaks).sort()).toEqual(['main job', 'routing']);
    } finally {
      await child.stop('SIGKILL', 1_000);
    }
  });
});
