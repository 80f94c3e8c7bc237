// A process that appends when it is told: argument 1 is the database, 2 whose store; each message an order, each answer its figures.
import { appending, EVENT, newCall, openStore } from './append-load.js';
import { openEmmett } from './append-emmett.js';

export interface AppendOrder {
  readonly appenders: number;
  readonly ms: number;
}

/** One event to a new stream, which must not be there yet. */
interface Appends {
  append(): Promise<unknown>;
  close(): Promise<void>;
}

async function openOurs(databaseUrl: string): Promise<Appends> {
  const { store, close } = await openStore(databaseUrl);
  return { append: () => store.append(newCall(), 'no stream', [EVENT]), close };
}

const [, , databaseUrl = '', whose] = process.argv;
const { append, close } = await (whose === 'emmett' ? openEmmett : openOurs)(databaseUrl);
process.on('message', (order: AppendOrder) => {
  void appending(order.appenders, order.ms, append).then((figures) => process.send?.(figures));
});
process.on('disconnect', () => void close());
process.send?.({});
