// The thread that reads lists, beside the one that answers: a million rows must not delay a heartbeat.
import { parentPort, workerData } from 'node:worker_threads';
import { EventStore, FileMark } from '@privity/event-store';
import { PrivityError } from '@privity/kernel';
import {
  describeError,
  Environment,
  JsonLog,
  openPool,
  openServiceKeys,
  readServiceConfig,
  SubjectKeys,
  toProblem,
} from '@privity/service';
import { Protecting } from '../protections/protecting.js';
import { BarRollReader } from './bar-roll.reader.js';
import { DoNotRecordReader } from './do-not-record.reader.js';
import { ListEntries } from './list-entries.js';
import { readList, type ReadingTools } from './read-list.js';
import { AskedThread, SeenThere } from './reading-thread.js';
import type { FromThread, ListToRead, ToThread } from './reading.js';

/** Two for the store's lanes; keys, and entries, beside them. */
const CONNECTIONS = 4;

const port = parentPort;
if (port === null) throw new Error('this is started as a thread');
const send = (message: FromThread) => port.postMessage(message);
const host = new AskedThread(send);
let opened: Promise<Opened> | undefined;

interface Opened {
  readonly tools: ReadingTools;
  /** Writes the mark, and lets the connections go. */
  close(): Promise<void>;
}

port.on('message', (message: ToThread) => {
  if ('list' in message) void read(message.list);
  else if ('end' in message) void end();
  else host.answered(message);
});

async function read(list: ListToRead): Promise<void> {
  try {
    opened ??= open(new Environment(workerData as Record<string, string>));
    send({ read: await readList(list, (await opened).tools, host) });
  } catch (error) {
    send({ failed: toProblem(error), facts: describeError(error) });
  }
}

async function end(): Promise<void> {
  const done = await opened?.catch(() => undefined);
  await done?.close().catch(() => undefined);
  port?.close();
}

/** As a replica of the registry has them, and no more of one. */
async function open(env: Environment): Promise<Opened> {
  const config = readServiceConfig('registry', env);
  const pool = openPool(config, CONNECTIONS, new JsonLog('registry'));
  const { own, index } = openServiceKeys(config);
  if (index === undefined) throw new PrivityError('config-invalid', 500, 'the registry has no index keys');
  const store = await EventStore.open({ pool, source: config.source, mark: new FileMark(config.markFile) });
  const seen = new SeenThere(host);
  const attestations = { expect: () => Promise.reject(new Error('no list speaks for one person')) };
  const protecting = new Protecting(store, new SubjectKeys(pool, own), own, seen, attestations, index);
  const query = async (text: string, values?: unknown[]) => (await pool.query<never>(text, values)).rows as never;
  return {
    tools: {
      readers: {
        'bar-roll': new BarRollReader(protecting, seen),
        'do-not-record': new DoNotRecordReader(protecting, seen),
      },
      entries: new ListEntries({ query }),
      digestKey: index.current('view-digest').key,
    },
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}
