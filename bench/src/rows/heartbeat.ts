import { createHmac, randomUUID } from 'node:crypto';
import { instant, SHARDS } from '@privity/kernel';
import { type Heartbeat, ProtectionView } from '@privity/registry';
import { loadSigningKey } from '@privity/service';
import { TestInstallation } from '@privity/service/testing';
import { CompactSign } from 'jose';
import { forkChild } from '../child.js';
import { VIEW_KEY } from '../decided-calls.js';
import { atLeast, atMost, type Figures, type Line, type Row } from '../line.js';
import { alternate } from '../rounds.js';
import { entries, type PlacedEntry } from '../view/entries.js';
import type { Held } from '../view/held.js';

const AT_ONCE = 50_000;

/** Does `one` to each; how long each took. */
async function timed<T>(all: readonly T[], one: (item: T) => unknown): Promise<Figures> {
  const started = performance.now();
  for (const item of all) {
    const done = one(item);
    if (done instanceof Promise) await done;
  }
  return { 'µs each': ((performance.now() - started) * 1_000) / all.length };
}

const share = (ours: Figures, peer: Figures) => (peer['µs each'] ?? NaN) / (ours['µs each'] ?? NaN);

/** What the registry's word of itself costs where a million numbers are protected: its digest, its signature, its memory. */
export const heartbeat: Row = {
  name: 'heartbeat',
  measure: async ({ rounds, quick, say }): Promise<Line[]> => {
    const size = quick ? 100_000 : 1_000_000;
    const numbers = `${size.toLocaleString('en-US')} protected numbers`;
    const view = new ProtectionView(VIEW_KEY);
    let made = 0;
    const next = (count: number): PlacedEntry[] => {
      made += count;
      return entries(made - count, count);
    };
    const apply = ({ shard, position, id, event }: PlacedEntry) => view.apply(shard, position, id, event);
    while (made < size) next(Math.min(AT_ONCE, size - made)).forEach(apply);

    say('entries');
    const each = size / 20;
    const hmac = ({ event }: PlacedEntry) => createHmac('sha256', VIEW_KEY).update(event.data.index, 'utf8').digest();
    const kept = await alternate(
      rounds,
      () => timed(next(each), apply),
      () => timed(entries(0, each), hmac),
    );

    say('heartbeats');
    const installation = new TestInstallation();
    const key = loadSigningKey(installation.keys.services.registry, 'registry');
    installation.remove();
    // As the registry answers `GET /internal/heartbeat`, once its view is at its heads.
    const payload = (nonce: string): Buffer => {
      const shards = Array.from({ length: SHARDS }, (_, shard) => view.shardDigest(shard)).filter(
        (d) => d !== undefined,
      );
      return Buffer.from(JSON.stringify({ at: instant(), nonce, shards } satisfies Heartbeat));
    };
    const sign = (bytes: Uint8Array) =>
      new CompactSign(bytes).setProtectedHeader({ alg: 'EdDSA', kid: 'registry' }).sign(key);
    const nonces = Array.from({ length: quick ? 500 : 5_000 }, () => randomUUID());
    const bare = payload(randomUUID());
    const signed = await alternate(
      rounds,
      () => timed(nonces, (nonce) => sign(payload(nonce))),
      () => timed(nonces, () => sign(bare)),
    );

    say('memory');
    const held = async (whose: string): Promise<Figures> => {
      const execArgv = [...process.execArgv, '--expose-gc'];
      const child = forkChild<Held>(new URL('../view/held.js', import.meta.url), [String(size), whose], execArgv);
      const { bytes } = await child.said();
      await child.stop();
      return { 'bytes each': bytes / size };
    };
    const [memory, map] = [await held('view'), await held('map')];

    return [
      {
        work: `a number more in the view and its digest, over ${numbers}`,
        beside: 'createHmac of its index',
        ...kept,
        bars: [atLeast('share of its rate', share(kept.ours, kept.peer), 0.2, 0.4)],
        rounds,
      },
      {
        work: `a signed heartbeat over ${numbers}`,
        beside: 'CompactSign of as many bytes',
        ...signed,
        bars: [atLeast('share of its rate', share(signed.ours, signed.peer), 0.3, 0.75)],
        rounds,
      },
      {
        work: `memory of a view of ${numbers}`,
        beside: 'a Map of their indexes',
        ours: memory,
        peer: map,
        // Just after a Map has doubled, a third is empty.
        bars: [atMost('bytes each', memory['bytes each'] ?? NaN, 150, 100)],
        rounds: 1,
      },
    ];
  },
};
