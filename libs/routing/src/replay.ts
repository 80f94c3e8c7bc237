import { type BlindIndex, SHARDS } from '@privity/kernel';
import { decideCall } from './decide-call.js';
import { DecisionText } from './decision-text.js';
import { DirectoryView } from './directory-view.js';
import type { CallDecided } from './events.js';
import { gatherFacts } from './facts.js';
import { beforeRules } from './jurisdictions.js';
import { askedIn } from './evolve.js';
import { readLoggedEvent } from './logged-event.js';
import { RegistryPast } from './registry-past.js';
import type { Protected } from './standing.js';
import { upcast, versionOf } from './upcasters.js';

/**
 * Digests and counts of the registry's protected entries at any past position. `new ProtectionView(digestKey, Infinity)` of
 * `@privity/registry` is one: there is a single code for the digest, and this library does not import that one.
 */
export interface ProtectionHistory {
  /** Every event of the registry, each shard in order. */
  apply(shard: number, position: number, id: string, event: { readonly type: string; readonly data: unknown }): void;
  /** As of all that was applied; undefined: nobody protects it. */
  isProtected(index: BlindIndex): Protected | undefined;
  /** Undefined for a position not reached. */
  shardDigest(shard: number, atPosition: number): { readonly count: number } | undefined;
  digestAt(positions: readonly number[]): string | undefined;
}

export interface ReplayMismatch {
  /** Id of the decision event. */
  readonly event: string;
  /** Path in the event, e.g. `data.outcome`. */
  readonly field: string;
  /** JSON text in the log; undefined: absent. */
  readonly live: string | undefined;
  /** JSON text as derived; undefined: absent. */
  readonly derived: string | undefined;
}

export interface ReplayResult {
  /** Decisions derived again. */
  readonly replayed: number;
  readonly mismatches: readonly ReplayMismatch[];
}

/** The log does not hold a source's shard gapless and in order: nothing can be said about decisions made from it. */
export class LogOutOfOrder extends Error {
  constructor(source: string, shard: number, expected: number, got: string) {
    super(`${source} shard ${shard}: position ${expected} expected, the log has ${got}`);
    this.name = 'LogOutOfOrder';
  }
}

/** A decision as it stands in the log. Parsed once, however often it has to wait. */
interface Decision {
  readonly id: string;
  /** Of its schema. */
  readonly version: number;
  readonly data: CallDecided['data'];
  /** The data's own bytes. */
  readonly json: string;
}

const REGISTRY = '/privity/registry';
const ROUTING = '/privity/routing';

/**
 * Derives every `CallDecided` again from the directory's and the registry's events and compares type and data byte for byte.
 * A decision names the positions of the views it used; each shard must come in its own order, but the shards and sources may
 * be interleaved in any way: a decision that comes before what it used waits for it.
 * @param events envelope texts as the audit log holds them, from its beginning; other sources are skipped
 */
export async function replayDecisions(
  events: AsyncIterable<string> | Iterable<string>,
  registry: ProtectionHistory,
): Promise<ReplayResult> {
  const replay = new DecisionReplay(registry);
  for await (const text of events) replay.take(text);
  return replay.finish();
}

/** The same, one text at a time. */
export class DecisionReplay {
  readonly #directory = new DirectoryView();
  readonly #reached = { [REGISTRY]: new Array<number>(SHARDS).fill(0), [ROUTING]: new Array<number>(SHARDS).fill(0) };
  /** By the first position they still wait for. */
  readonly #waiting = new Map<string, Decision[]>();
  readonly #mismatches: ReplayMismatch[] = [];
  readonly #text = new DecisionText();
  #replayed = 0;

  readonly #registry: RegistryPast;

  constructor(registry: ProtectionHistory) {
    this.#registry = new RegistryPast(registry);
  }

  take(text: string): void {
    const { id, source, type, dataschema, data: json, shard, position: given } = readLoggedEvent(text);
    if (source !== REGISTRY && source !== ROUTING) return;
    const position = this.#advance(source, shard, given);
    const data = this.#text.parse(json);
    if (source === REGISTRY) {
      this.#registry.apply(shard, position, id, { type, data });
    } else {
      const event = upcast(type, dataschema, data);
      this.#directory.apply(shard, position, id, event);
      if (event.type === 'routing.CallDecided') {
        this.#decideOrWait({ id, version: versionOf(type, dataschema), data: event.data, json });
      }
    }
    if (this.#waiting.size > 0) this.#wake(`${source}/${shard}/${position}`);
  }

  /** What never got what it says it used is a mismatch too. */
  finish(): ReplayResult {
    for (const [missing, decisions] of this.#waiting) {
      for (const { id } of decisions) {
        const field = missing.startsWith(REGISTRY) ? 'data.registry.positions' : 'data.directory.positions';
        this.#mismatches.push({ event: id, field, live: missing, derived: undefined });
        this.#replayed += 1;
      }
    }
    this.#waiting.clear();
    return { replayed: this.#replayed, mismatches: this.#mismatches };
  }

  #advance(source: typeof REGISTRY | typeof ROUTING, shard: number, given: string): number {
    const reached = this.#reached[source];
    const expected = (reached[shard] ?? Number.NaN) + 1;
    if (given !== String(expected)) throw new LogOutOfOrder(source, shard, expected, given);
    reached[shard] = expected;
    return expected;
  }

  #wake(reached: string): void {
    const decisions = this.#waiting.get(reached);
    if (decisions === undefined) return;
    this.#waiting.delete(reached);
    for (const decision of decisions) this.#decideOrWait(decision);
  }

  #decideOrWait(decision: Decision): void {
    const { id, data: live, json } = decision;
    const missing =
      this.#missing(REGISTRY, live.registry.positions) ?? this.#missing(ROUTING, live.directory.positions);
    if (missing !== undefined) {
      const decisions = this.#waiting.get(missing);
      if (decisions === undefined) this.#waiting.set(missing, [decision]);
      else decisions.push(decision);
      return;
    }
    this.#replayed += 1;
    const derived = this.#derive(decision);
    if (this.#text.write(derived.data) === json) return;
    this.#mismatches.push(...differences(id, live, derived.data));
  }

  #missing(source: typeof REGISTRY | typeof ROUTING, positions: readonly number[]): string | undefined {
    const reached = this.#reached[source];
    const shard = positions.findIndex((position, at) => position > (reached[at] ?? 0));
    return shard < 0 ? undefined : `${source}/${shard}/${positions[shard]}`;
  }

  #derive({ version, data: live }: Decision): CallDecided {
    const { positions, ageMs, state } = live.registry;
    const registry = this.#registry.at(positions, { ageMs, state });
    const request = askedIn(live);
    const facts = gatherFacts(request, registry, this.#directory.at(live.directory.positions));
    return decideCall(request, version === 1 ? beforeRules(facts) : facts);
  }
}

function differences(event: string, live: CallDecided['data'], derived: CallDecided['data']): ReplayMismatch[] {
  const found: ReplayMismatch[] = [];
  compare('data', live, derived, (field, a, b) => found.push({ event, field, live: a, derived: b }));
  if (found.length === 0) {
    // Equal values in other bytes: spelling of numbers or strings, or the order of names.
    found.push({ event, field: 'data', live: JSON.stringify(live), derived: JSON.stringify(derived) });
  }
  return found;
}

function compare(
  path: string,
  live: unknown,
  derived: unknown,
  report: (field: string, live: string | undefined, derived: string | undefined) => void,
): void {
  const a = JSON.stringify(live);
  const b = JSON.stringify(derived);
  if (a === b) return;
  if (isRecord(live) && isRecord(derived)) {
    const fields = [...new Set([...Object.keys(live), ...Object.keys(derived)])];
    const differing = fields.filter((field) => JSON.stringify(live[field]) !== JSON.stringify(derived[field]));
    for (const field of differing) compare(`${path}.${field}`, live[field], derived[field], report);
    if (differing.length > 0) return;
  }
  report(path, a, b);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
