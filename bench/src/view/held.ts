// Child of the row `heartbeat`: holds so many entries (argument 1) in a view, or (argument 2: map) in a bare Map, and tells the bytes.
import { ProtectionView } from '@privity/registry';
import { VIEW_KEY } from '../decided-calls.js';
import { entries } from './entries.js';

export interface Held {
  readonly bytes: number;
}

const AT_ONCE = 10_000;
const [, , count = '0', whose] = process.argv;
const view = new ProtectionView(VIEW_KEY);
const map = new Map<string, object>();
const used = (): number => {
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const before = used();
for (let held = 0; held < Number(count); held += AT_ONCE) {
  for (const { shard, position, id, event } of entries(held, Math.min(AT_ONCE, Number(count) - held))) {
    if (whose === 'map') map.set(event.data.index, view);
    else view.apply(shard, position, id, event);
  }
}
process.send?.({ bytes: used() - before } satisfies Held);
// Both are asked after the figure was taken: what nobody would ask again, could be gone before.
process.exitCode = map.size + view.count === Number(count) ? 0 : 1;
process.disconnect();
