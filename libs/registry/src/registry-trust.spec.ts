import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Heartbeat } from './heartbeat.js';
import { ProtectionView } from './protection-view.js';
import { RegistryTrust } from './registry-trust.js';

const KEY = Buffer.alloc(32, 7);
const index = (n: number) => `e1.${String(n).padStart(43, 'x')}`;
const protectedEvent = (n: number, category = 'attorney') => ({
  type: 'registry.NumberProtected',
  data: {
    index: index(n),
    source: { kind: 'staff', ref: `r${n}` },
    category,
    basis: 'b',
    since: '2026-01-01T00:00:00.000Z',
  },
});

let registry: ProtectionView;
let ours: ProtectionView;
let clock: number;
let trust: RegistryTrust;
let beats: number;

/** Applies one entry more, each to a shard of its own. */
const add = (view: ProtectionView, n: number) => view.apply(n, 1, `id-${n}`, protectedEvent(n));
const heartbeat = (view = registry): Heartbeat => ({
  at: new Date(Date.UTC(2026, 0, 1) + (beats += 1)).toISOString(),
  shards: view
    .positions()
    .map((_, shard) => view.shardDigest(shard) as NonNullable<ReturnType<typeof view.shardDigest>>),
});

beforeEach(() => {
  registry = new ProtectionView(KEY);
  ours = new ProtectionView(KEY);
  clock = 1_000;
  beats = 0;
  trust = new RegistryTrust(ours, 10_000, () => clock);
  for (const n of [0, 1, 2]) {
    add(registry, n);
    add(ours, n);
  }
});

describe('the registry view', () => {
  it('is stale before any heartbeat', () => {
    expect(trust.verdict()).toEqual({ ageMs: -1, state: 'stale' });
  });

  it('is fresh from when an agreeing heartbeat was asked for until the limit', () => {
    trust.offer(heartbeat(), 900);
    expect(trust.verdict()).toEqual({ ageMs: 100, state: 'fresh' });
    clock = 10_900;
    expect(trust.verdict()).toEqual({ ageMs: 10_000, state: 'fresh' });
    clock = 10_901;
    expect(trust.verdict()).toEqual({ ageMs: 10_001, state: 'stale' });
  });

  it('is not believed while it lags behind the heartbeat, and is once it has caught up', () => {
    add(registry, 5);
    trust.offer(heartbeat(), 900);
    expect(trust.verdict().state).toBe('stale');
    add(ours, 5);
    expect(trust.verdict()).toEqual({ ageMs: 100, state: 'fresh' });
  });

  it('agrees at the named positions although it has gone on', () => {
    trust.offer(heartbeat(), 900);
    const earlier = heartbeat();
    add(ours, 5);
    trust.offer(earlier, 950);
    expect(trust.verdict()).toEqual({ ageMs: 50, state: 'fresh' });
  });

  it('is a mismatch when an entry is missing at the same position (T3), until one agrees again', () => {
    add(registry, 5);
    ours.apply(5, 1, 'id-5', { type: 'registry.ListImported', data: {} });
    trust.offer(heartbeat(), 900);
    expect(trust.verdict()).toEqual({ ageMs: -1, state: 'mismatch' });
    trust.offer(heartbeat(ours), 990);
    expect(trust.verdict()).toEqual({ ageMs: 10, state: 'fresh' });
  });

  it('is a mismatch when it has as many entries, but another one', () => {
    registry.apply(5, 1, 'id-5', protectedEvent(5));
    ours.apply(5, 1, 'id-5', protectedEvent(6));
    trust.offer(heartbeat(), 900);
    expect(trust.verdict().state).toBe('mismatch');
  });

  it('is a mismatch when the registry went backwards', () => {
    trust.offer(heartbeat(), 900);
    const shrunken = new ProtectionView(KEY);
    add(shrunken, 0);
    for (const askedAt of [950, 960]) {
      trust.offer(heartbeat(shrunken), askedAt);
      expect(trust.verdict().state).toBe('mismatch');
    }
  });

  it('does not become younger by an answer that a later one overtook', () => {
    trust.offer(heartbeat(), 900);
    const late = heartbeat();
    add(registry, 5);
    trust.offer(heartbeat(), 950);
    trust.offer(late, 940);
    expect(trust.verdict().ageMs).toBe(100);
    trust.offer(late, 950);
    expect(trust.verdict().ageMs).toBe(100);
  });

  it('is believed although the clock of the registry was set back', () => {
    trust.offer({ ...heartbeat(), at: '2026-01-01T12:00:00.000Z' }, 900);
    trust.offer({ ...heartbeat(), at: '2026-01-01T11:00:00.000Z' }, 990);
    expect(trust.verdict()).toEqual({ ageMs: 10, state: 'fresh' });
  });
});
