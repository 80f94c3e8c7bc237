import { describe, expect, it } from '@jest/globals';
import { NodeProgram } from './node-program.js';

const stands = (more = '') => ['--eval', `setInterval(() => {}, 1_000); ${more} console.log('ready')`];

describe('a program of its own', () => {
  it('that a signal ended is stopped at once: nobody waits for an end that has been', async () => {
    const program = new NodeProgram(stands());
    await program.says(/ready/);
    process.kill(program.pid as number, 'SIGKILL');
    expect(await program.ended).toBeNull();
    expect(program.isRunning).toBe(false);
    const asked = performance.now();
    expect(await program.stop()).toBeNull();
    expect(await program.stop()).toBeNull();
    expect(performance.now() - asked).toBeLessThan(1_000);
  });

  it('that ended by itself keeps its exit code', async () => {
    const program = new NodeProgram(['--eval', 'process.exitCode = 3']);
    expect(await program.ended).toBe(3);
    expect(await program.stop()).toBe(3);
  });

  it('that does not heed Ctrl-C is killed', async () => {
    const program = new NodeProgram(stands("process.on('SIGINT', () => undefined);"));
    await program.says(/ready/);
    expect(await program.stop(200)).toBeNull();
  });

  it('that ends before it says what it must fails with its last words', async () => {
    const program = new NodeProgram(['--eval', "console.error('no more'); process.exit(4)"]);
    await expect(program.says(/ready/)).rejects.toThrow(/ended with 4/);
    expect(program.said).toContain('no more');
  });
});
