import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivityClient } from '@privity/client';
import type { StreamReport } from '@privity/event-stream';
import { CONTEXTS } from '@privity/service/installation';
import { Failed } from '../failures.js';

/** How long no event and no checkpoint may move before a wait is given up, milliseconds. */
export const PATIENCE_MS = 60_000;

/** Head of each shard, by source: what must be in the log. */
export type HeadVector = ReadonlyMap<string, readonly number[]>;

/** What is asked where the streams stand. */
export type StatusClient = Pick<PrivityClient, 'streamStatus'>;

/**
 * Where every shard of every service stands now.
 * @throws Failed when a service does not say so for so long: what it published would not be looked for
 */
export async function headVector(client: StatusClient, patienceMs: number): Promise<HeadVector> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(250)) {
    const { sources, unreachable } = await streamReport(client);
    if (unreachable.length === 0) return new Map(sources.map(({ source, shards }) => [source, heads(shards)]));
    if (Date.now() > deadline) throw new Failed(`${unreachable.join(', ')} does not say where it stands`);
  }
}

/**
 * Waits until every consumer has applied every event there is, and events no longer beget events.
 * @param patienceMs how long nothing may move
 * @throws Failed naming a consumer that halted, or one that is behind and does not move
 */
export async function waitUntilQuiet(client: StatusClient, patienceMs: number): Promise<void> {
  let before = '';
  for (let moved = Date.now(); ; await sleep(250)) {
    const report = await streamReport(client);
    const behind = [...report.unreachable.map((name) => `${name} does not answer`), ...lagging(report.sources)];
    const now = JSON.stringify(report);
    if (now === before && behind.length === 0) return;
    if (now !== before) moved = Date.now();
    before = now;
    if (Date.now() - moved > patienceMs)
      throw new Failed(`The streams stand still: ${behind[0] ?? 'nobody knows why'}`);
  }
}

/**
 * Waits until the log holds every event up to `heads`, under a signed checkpoint.
 * @param patienceMs how long nothing may move
 * @throws Failed
 */
export async function waitForLog(client: PrivityClient, heads: HeadVector, patienceMs: number): Promise<void> {
  let complete = false;
  let needed: number | undefined;
  let before = '';
  for (let moved = Date.now(); ; await sleep(250)) {
    const coverage = await client.request<LogCoverage>('GET', '/api/audit/log');
    // The size in an answer may be a little older than its shards: the next answer's covers them for certain.
    if (complete) needed ??= coverage.size;
    if (needed !== undefined && coverage.signed >= needed) return;
    const missing = missingFromLog(coverage, heads);
    complete = missing === undefined;
    const now = JSON.stringify(coverage);
    if (now !== before) moved = Date.now();
    before = now;
    if (Date.now() - moved > patienceMs) {
      throw new Failed(`The audit log does not reach ${missing ?? `a checkpoint of ${needed}`}`);
    }
  }
}

interface LogCoverage {
  /** Entries, and how many of them are under a checkpoint. */
  readonly size: number;
  readonly signed: number;
  readonly shards: readonly { readonly source: string; readonly shard: number; readonly position: number }[];
}

function missingFromLog({ shards }: LogCoverage, heads: HeadVector): string | undefined {
  for (const [source, positions] of heads) {
    for (const [shard, head] of positions.entries()) {
      const reached = shards.find((one) => one.source === source && one.shard === shard)?.position ?? 0;
      if (reached < head) return `${source} shard ${shard} position ${head} (it is at ${reached})`;
    }
  }
  return undefined;
}

interface Report {
  readonly sources: readonly StreamReport[];
  /** Services that did not say where they stand. */
  readonly unreachable: readonly string[];
}

/** A service that is missing from the answer is as good as unreachable: nothing of it could be compared. */
async function streamReport(client: StatusClient): Promise<Report> {
  const { sources, unreachable } = await client.streamStatus<Report>();
  const silent = CONTEXTS.filter((name) => !sources.some(({ source }) => source === `/privity/${name}`));
  return { sources, unreachable: [...new Set([...unreachable, ...silent])] };
}

function heads(shards: StreamReport['shards']): number[] {
  return shards.map(({ head }) => head);
}

function lagging(report: readonly StreamReport[]): string[] {
  return report.flatMap(({ source, shards }) =>
    shards.flatMap(({ shard, head, acked, consumers }) => {
      const late = consumers.filter(({ lag }) => lag > 0);
      const halted = consumers.find((one) => one.halted !== undefined);
      if (halted) throw new Failed(`${halted.consumer} halted at ${source} shard ${shard}: see GET /api/stream/status`);
      const unsent = acked !== undefined && acked < head ? [`relay of ${source} shard ${shard}`] : [];
      return [
        ...unsent,
        ...late.map(({ consumer, lag }) => `${consumer} is ${lag} behind on ${source} shard ${shard}`),
      ];
    }),
  );
}
