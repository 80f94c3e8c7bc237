import { setTimeout as sleep } from 'node:timers/promises';
import { Subscription, type SubscriptionOptions } from '../consume/subscription.js';
import { sourceOf } from '../names.js';
import type { OpenedBench } from './bench.js';
import { type Ledger, openLedger } from './ledger.js';

let contexts = 0;

/** One test's publisher name, database and subscriptions; everything it opened ends with it. */
export interface Stage {
  readonly bench: OpenedBench;
  readonly context: string;
  readonly ledger: Ledger;
  /** A subscription of consumer `counting` to this context, with `ledger.countAll` unless told otherwise. */
  subscribe(options?: Partial<SubscriptionOptions>): Promise<Subscription>;
  /** Ends something when the test ends. */
  until(end: () => Promise<unknown>): void;
}

export async function onStage(bench: OpenedBench, play: (stage: Stage) => Promise<void>): Promise<void> {
  const context = `t${++contexts}x${Math.random().toString(36).slice(2, 8)}`;
  const ends: (() => Promise<unknown>)[] = [];
  const ledger = await openLedger(bench.adminUrl);
  const stage: Stage = {
    bench,
    context,
    ledger,
    subscribe: async (options = {}) => {
      const subscription = await Subscription.start({
        consumer: 'counting',
        version: 1,
        sources: [sourceOf(context)],
        stream: bench.streamFor([context]),
        dataSource: ledger.dataSource,
        apply: (batch, manager) => ledger.countAll(batch, manager),
        onCrash: (error) => {
          throw error;
        },
        ...options,
      });
      ends.push(() => subscription.stop());
      return subscription;
    },
    until: (end) => {
      ends.push(end);
    },
  };
  try {
    await play(stage);
  } finally {
    for (const end of ends.reverse()) await end();
    await ledger.close();
  }
}

/** Tries an expectation again until it holds; fails with its last error. */
export async function eventually(expectation: () => Promise<void> | void, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(40);
    }
  }
}

/** `1..n`. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, at) => at + 1);
}
