// A process that appends when it is told: argument 1 is the database, 2 whose store; each message an order, each answer its figures.
import { openStore } from '../store.js';
import { openBare } from './append-bare.js';
import { openEmmett } from './append-emmett.js';
import { appending, EVENT, newCall } from './append-load.js';

export interface AppendOrder {
  readonly appenders: number;
  readonly ms: number;
}

/** One event to a new stream, which must not be there yet; `bare` takes it for granted. */
interface Appends {
  append(): Promise<unknown>;
  close(): Promise<void>;
}

async function openOurs(databaseUrl: string): Promise<Appends> {
  const { store, close } = await openStore(databaseUrl);
  return { append: () => store.append(newCall(), 'no stream', [EVENT]), close };
}

const stores = { ours: openOurs, emmett: openEmmett, bare: openBare };
export type Whose = keyof typeof stores;

const [, , databaseUrl = '', whose = 'ours'] = process.argv;
const { append, close } = await (stores[whose as Whose] as (url: string) => Promise<Appends>)(databaseUrl);
process.on('message', (order: AppendOrder) => {
  void appending(order.appenders, order.ms, append).then((figures) => process.send?.(figures));
});
process.on('disconnect', () => void close());
process.send?.({});
