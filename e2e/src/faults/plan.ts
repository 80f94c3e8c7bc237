import { Drawing } from './drawing.js';

export type StreamKind = 'kafka' | 'feed';

/** `everything`: all processes at once, as when the power fails. A service's relay dies with it. */
export type Victim =
  'registry' | 'routing' | 'recording' | 'audit' | 'gateway' | 'postgres' | 'kafka' | 'launcher' | 'everything';

/** Killed so long after so many calls were played; none: while the lists are imported. */
export interface Kill {
  readonly victim: Victim;
  readonly afterCalls: number;
  readonly thenMs: number;
}

export interface Plan {
  readonly seed: number;
  readonly stream: StreamKind;
  readonly calls: number;
  /** How old the registry's word may be: short enough, now and then, for a dead registry to be noticed. */
  readonly stalenessMs: number;
  /** In the order of their moments. */
  readonly kills: readonly Kill[];
}

const SERVICES: readonly Victim[] = ['registry', 'routing', 'recording', 'audit', 'gateway'];

export function victimsOf(stream: StreamKind): readonly Victim[] {
  const servers: readonly Victim[] = stream === 'kafka' ? ['postgres', 'kafka'] : ['postgres'];
  return [...SERVICES, ...servers, 'launcher', 'everything'];
}

/** One to three kills. The first victim goes round all of them, so that a few runs in a row leave out none. */
export function drawPlan(seed: number, stream: StreamKind, calls: number): Plan {
  const draw = new Drawing(seed);
  const victims = victimsOf(stream);
  const first = victims[seed % victims.length] as Victim;
  const others = Array.from({ length: draw.whole(0, 2) }, () => draw.one(victims));
  const imports = draw.chance(0.2);
  return planOf(draw, seed, stream, calls, draw.shuffled([first, ...others]), imports);
}

/** Each victim once, in an order and at moments that follow from the seed. */
export function planOfAll(seed: number, stream: StreamKind, calls: number, victims = victimsOf(stream)): Plan {
  const draw = new Drawing(seed);
  return planOf(draw, seed, stream, calls, draw.shuffled(victims), false);
}

/** All of them in two runs, the broker in that over Kafka. */
export function halves(): Readonly<Record<StreamKind, readonly Victim[]>> {
  const victims = victimsOf('kafka');
  const isOdd = (n: number) => n % 2 === 1;
  const withBroker = isOdd(victims.indexOf('kafka'));
  const half = (odd: boolean) => victims.filter((_, n) => isOdd(n) === odd);
  return { kafka: half(withBroker), feed: half(!withBroker) };
}

function planOf(
  draw: Drawing,
  seed: number,
  stream: StreamKind,
  calls: number,
  victims: readonly Victim[],
  imports: boolean,
): Plan {
  // What is under way when the last one is killed must leave calls to play after it.
  const moments = victims.map(() => draw.whole(1, calls - 30)).sort((a, b) => a - b);
  if (imports) moments[0] = 0;
  const kills = victims.map((victim, n) => {
    const afterCalls = moments[n] as number;
    return { victim, afterCalls, thenMs: draw.whole(0, afterCalls === 0 ? 3_000 : 40) };
  });
  return { seed, stream, calls, stalenessMs: draw.chance(0.5) ? 4_000 : 10_000, kills };
}
