import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { Failed } from '../failures.js';
import { findRunning } from '../launcher/running.js';
import { runningLauncher } from '../launcher/lock.js';
import { type CommonOptions, dataDirOf, withCommonOptions } from './options.js';
import { showResult } from './result.js';

const PATIENCE_MS = 90_000;

export function stopCommand(): Command {
  return withCommonOptions(new Command('stop'))
    .description('stop the Privity that runs on a data folder, and wait until it is gone')
    .action(async (options: CommonOptions) => {
      const dataDir = dataDirOf(options);
      const pid = await runningLauncher(dataDir);
      if (pid !== undefined) {
        process.kill(pid, 'SIGTERM');
        for (const deadline = Date.now() + PATIENCE_MS; (await runningLauncher(dataDir)) === pid; await sleep(100)) {
          if (Date.now() > deadline) throw new Failed(`Process ${pid} does not stop; its logs are in ${dataDir.logs}`);
        }
      }
      await showResult(
        options,
        { stopped: pid !== undefined },
        pid === undefined ? 'Nothing was running.' : 'Stopped.',
      );
    });
}

export function statusCommand(): Command {
  return withCommonOptions(new Command('status'))
    .description('say whether Privity runs on a data folder, and where it answers; exit code 1 when it does not')
    .action(async (options: CommonOptions) => {
      const dataDir = dataDirOf(options);
      const running = await findRunning(dataDir);
      const starting = running === undefined && (await runningLauncher(dataDir)) !== undefined;
      const state = running ? 'running' : starting ? 'starting' : 'stopped';
      const words = running
        ? `Running on ${running.url} (stream: ${running.stream}, process ${running.pid})`
        : `Privity is ${state} (${dataDir.root})`;
      const { url, stream, pid } = running ?? {};
      await showResult(options, { state, url, stream, pid }, words);
      if (!running) process.exitCode = 1;
    });
}
