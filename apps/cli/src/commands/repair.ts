import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { EventStore, FileMark, recover, type RecoveryReport } from '@privity/event-store';
import { openKafkaTarget, publishedUpTo, republish, sourceOf, TopicWitness } from '@privity/event-stream';
import { SHARDS } from '@privity/kernel';
import { CONTEXTS, type ContextName, Environment, keyFolders, topicCopies } from '@privity/service/installation';
import pg from 'pg';
import { LogWitness } from '../audit-log/log-witness.js';
import { Failed, WrongUse } from '../failures.js';
import { withServers } from '../launcher/servers.js';
import { type CommonOptions, dataDirOf, wholeNumber, withCommonOptions } from './options.js';
import { showResult } from './result.js';

export function storeCommand(): Command {
  const recovery = withCommonOptions(new Command('recover'))
    .description('after a restored backup: put back, from the topic or the audit log, the events that it lacks')
    .addArgument(new Argument('<service>', 'whose store').choices([...CONTEXTS]))
    .option('--accept-loss', 'go on although events that were answered for are gone for good; a person decides that')
    .action(async (service: ContextName, options: CommonOptions & { acceptLoss?: true }) => {
      const { report, running } = await recoverStore(service, options);
      const restored = report.shards.reduce((sum, shard) => sum + shard.restored, 0);
      const forks = report.shards.flatMap(({ shard, fork }) =>
        fork ? [`  shard ${shard} forks at position ${fork.position}: nothing was written to it from there on`] : [],
      );
      const lost = report.lost.map(({ shard, position }) => `  shard ${shard} lost events up to position ${position}`);
      const restart = running ? ['Restart Privity so that the service takes appends again.'] : [];
      await showResult(options, report, [`${restored} events put back`, ...forks, ...lost, ...restart].join('\n'));
      if (!report.complete) throw new Failed('The store is not whole and goes on refusing appends.');
    });
  return new Command('store').description('repair an event store').addCommand(recovery);
}

async function recoverStore(
  service: ContextName,
  options: CommonOptions & { acceptLoss?: true },
): Promise<{ report: RecoveryReport; running: boolean }> {
  const dataDir = dataDirOf(options);
  return withServers(dataDir, async ({ databases, stream, running }) => {
    const owner = new pg.Client({ connectionString: databases[service].ownerUrl });
    const audit = new pg.Client({ connectionString: databases.audit.ownerUrl });
    await owner.connect();
    await audit.connect();
    try {
      const source = sourceOf(service);
      const witness =
        stream.kind === 'kafka' ? new TopicWitness({ brokers: stream.brokers, source }) : new LogWitness(audit, source);
      const mark = new FileMark(join(keyFolders(dataDir.root).services[service], 'store.mark.json'));
      return { report: await recover(owner, witness, { mark, acceptLoss: options.acceptLoss === true }), running };
    } finally {
      await Promise.all([owner.end(), audit.end()]);
    }
  });
}

export function streamCommand(): Command {
  const again = withCommonOptions(new Command('republish'))
    .description('send a shard to its topic again, from a position on; consumers drop what they had')
    .addArgument(new Argument('<service>', 'the publisher').choices([...CONTEXTS]))
    .argument('<shard>', `0 to ${SHARDS - 1}`)
    .requiredOption('--from <position>', 'first position to send', wholeNumber)
    .action(async (service: ContextName, shardText: string, options: CommonOptions & { from: number }) => {
      const shard = Number(shardText);
      if (!/^\d{1,2}$/.test(shardText) || shard >= SHARDS) throw new WrongUse(`Shards are 0 to ${SHARDS - 1}.`);
      const result = await withServers(dataDirOf(options), async ({ databases, stream }) => {
        if (stream.kind !== 'kafka')
          throw new WrongUse('Without Kafka there is no topic: services read the store itself.');
        const pool = new pg.Pool({ connectionString: databases[service].serviceUrl, max: 2 });
        const source = sourceOf(service);
        const store = await EventStore.open({ pool, source });
        const copies = topicCopies(new Environment(process.env));
        const target = await openKafkaTarget({ brokers: stream.brokers, source, ...copies });
        try {
          const acked = await publishedUpTo(pool, shard);
          return await republish({ store, target, acked }, shard, options.from);
        } finally {
          await target.close();
          await store.close();
          await pool.end();
        }
      });
      await showResult(options, result, `${result.sent} events sent again`);
    });
  return new Command('stream').description('repair the event stream').addCommand(again);
}
