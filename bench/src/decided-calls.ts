import { createHash } from 'node:crypto';
import type { EventStore, NewEvent } from '@privity/event-store';
import { ProtectionView, numberStream } from '@privity/registry';
import {
  callerStream,
  currentVersion,
  decideCall,
  DirectoryView,
  facilityStream,
  gatherFacts,
  JURISDICTIONS_STREAM,
  registryMoment,
  type RoutingEvent,
} from '@privity/routing';
import { uuidv7 } from '@privity/kernel';

/** How many of each; every caller may call twenty numbers, and one number in ten that is dialled is protected. */
export interface Population {
  readonly callers: number;
  readonly numbers: number;
  readonly calls: number;
}

/** Any: what a bench needs of the key is that both sides have the same. */
export const VIEW_KEY = Buffer.alloc(32, 7);

const AT = '2026-03-01T12:00:00.000Z';
const FACILITIES = Array.from({ length: 40 }, (_, n) => `F${String(n).padStart(3, '0')}`);
const LISTED = 20;
const AT_ONCE = 1_000;

/** As long, and as unlike each other, as real ones. */
const blind = (kind: string, n: number) => `e1.${createHash('sha256').update(`${kind}${n}`).digest('base64url')}`;

/**
 * Fills both stores with a registry, a directory, and decisions that the service's own functions made from them, so that
 * a replay finds what it would find in a state's store.
 */
export async function fillWithDecisions(registry: EventStore, routing: EventStore, of: Population): Promise<void> {
  const protections = new ProtectionView(VIEW_KEY);
  const directory = new DirectoryView();
  const number = (n: number) => blind('number', n % of.numbers);
  const caller = (n: number) => blind('caller', n % of.callers);

  await inBatches(
    registry,
    of.numbers / 10,
    (n) => [numberStream(number(n * 10)), protection(number(n * 10))],
    protections,
  );
  await inBatches(
    routing,
    FACILITIES.length,
    (n) => [facilityStream(FACILITIES[n] ?? ''), ...facility(FACILITIES[n] ?? '')],
    directory,
  );
  await inBatches(routing, 1, () => [JURISDICTIONS_STREAM, rules()], directory);
  await inBatches(routing, of.callers, (n) => [callerStream(caller(n)), ...person(n, caller(n), number)], directory);

  const used = {
    positions: protections.positions(),
    digest: protections.digest(),
    protectedNumbers: protections.count,
  };
  await inBatches(routing, of.calls, (n) => {
    const request = {
      facility: FACILITIES[(n % of.callers) % 40] ?? '',
      caller: caller(n),
      dialed: number(n * 7),
      calleeState: 'ME',
      at: AT,
    };
    const moment = registryMoment(
      { ...used, ageMs: n % 2_000, state: 'fresh' },
      (index) => protections.isProtected(index),
      () => false,
    );
    const decided = decideCall(request, gatherFacts(request, moment, directory.now()));
    return [`call-${uuidv7()}`, { ...decided, version: currentVersion(decided.type) }];
  });
}

interface View {
  apply(shard: number, position: number, id: string, event: RoutingEvent): void;
}

async function inBatches(
  store: EventStore,
  count: number,
  make: (n: number) => [string, ...NewEvent[]],
  view?: View,
): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const made = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => make(from + n));
    const appended = await Promise.all(made.map(([stream, ...events]) => store.append(stream, 'any', events)));
    const placed = appended.flatMap(({ events }, n) =>
      events.map((event, k) => ({ ...event, data: made[n]?.slice(1)[k] as RoutingEvent })),
    );
    placed.sort((a, b) => a.position - b.position);
    for (const { shard, position, id, data } of placed) view?.apply(shard, position, id, data);
  }
}

function protection(index: string): NewEvent {
  const source = { kind: 'bar-roll', ref: 'ME-1' };
  return { type: 'registry.NumberProtected', data: { index, source, category: 'attorney', basis: 'roll', since: AT } };
}

function rules(): NewEvent {
  const rule = { state: 'ME', consent: 'one-party', from: '2000-01-01', source: 'a bench' };
  return { type: 'routing.JurisdictionRulesSet', data: { version: 1, rules: [rule] } };
}

function facility(id: string): NewEvent[] {
  const listed = { facility: id, name: id, state: 'ME', type: 'jail', population: 300, timezone: 'America/New_York' };
  const notices = ['caller', 'callee'].map((party) => ({ party, language: 'en', acceptance: 'required' }));
  const policy = { allowedList: 'required', presence: 'noted', recording: 'permitted', notices, maxSeconds: 900 };
  return [
    { type: 'routing.FacilityListed', data: listed },
    { type: 'routing.FacilityPolicySet', data: { facility: id, version: 1, policy } },
  ];
}

function person(n: number, caller: string, number: (n: number) => string): NewEvent[] {
  const sealed = { kid: uuidv7(), iv: 'i'.repeat(16), ct: 'c'.repeat(120) };
  const numbers = Array.from({ length: LISTED }, (_, k) => ({
    index: number(n * 7 + k * 11),
    relation: 'FRIEND',
    status: 'approved',
  }));
  return [
    { type: 'routing.CallerListed', data: { caller, person: sealed, facility: FACILITIES[n % 40], status: 'in' } },
    { type: 'routing.NumbersAllowed', data: { caller, numbers } },
  ];
}
