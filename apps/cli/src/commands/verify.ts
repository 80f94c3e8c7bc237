import { Command } from 'commander';
import { readLog, logKey } from '../audit-log/read-log.js';
import { logReplay } from '../audit-log/replay.js';
import { Failed } from '../failures.js';
import { clientFor, withInstance } from '../launcher/running.js';
import { type CommonOptions, dataDirOf, withCommonOptions } from './options.js';
import { showResult } from './result.js';

export function verifyCommand(): Command {
  return withCommonOptions(new Command('verify'))
    .description('recompute the whole audit log from its bytes and compare it with its signed checkpoint')
    .action(async (options: CommonOptions) => {
      const dataDir = dataDirOf(options);
      const vkey = await logKey(dataDir);
      const { size, rootOk } = await withInstance(dataDir, async ({ url }) => {
        const client = await clientFor(dataDir, url, 'command-line', ['auditor']);
        return readLog(client, vkey, () => undefined, showProgress).finally(() => client.close());
      });
      if (!rootOk) throw new Failed(`The root computed from ${size} entries is not the one that ${vkey.name} signed.`);
      await showResult(
        options,
        { log: vkey.name, size, rootOk },
        `${size} entries give the root that ${vkey.name} signed.`,
      );
    });
}

export function replayCommand(): Command {
  const decisions = withCommonOptions(new Command('decisions'))
    .description('derive every call decision and registry attestation again from the events before it, and compare')
    .action(async (options: CommonOptions) => {
      const dataDir = dataDirOf(options);
      const replay = logReplay(dataDir);
      const vkey = await logKey(dataDir);
      const { rootOk } = await withInstance(dataDir, async ({ url }) => {
        const client = await clientFor(dataDir, url, 'command-line', ['auditor']);
        return readLog(client, vkey, ({ text }) => replay.take(text), showProgress).finally(() => client.close());
      });
      if (!rootOk) throw new Failed('The log was altered: what would be derived from it means nothing.');
      const result = replay.finish();
      const { replayed, attested, mismatches } = result;
      const shown = mismatches
        .slice(0, 20)
        .map(({ event, field, live, derived }) => `  ${event} ${field}: ${live} was ${derived}`);
      const words = `${replayed} decisions and ${attested} attestations derived again, ${mismatches.length} differences`;
      await showResult(options, result, [words, ...shown].join('\n'));
      if (mismatches.length > 0) process.exitCode = 1;
    });
  return new Command('replay').description('derive again what was decided or shown').addCommand(decisions);
}

function showProgress(entries: number, of: number): void {
  if (process.stderr.isTTY && entries > 0) process.stderr.write(`\r${entries} of ${of} entries`);
}
