import fc from 'fast-check';
import { PERMIT_LIFETIME_MS } from '@privity/recording';
import { Machine } from './machine.js';
import { NUMBERS, PermitWorld, type SimCall } from './permit-world.js';
import { STALENESS_MS } from './routing.js';
import { expectThat } from './stream-outcome.js';
import type { Tally } from './tally.js';
import { VirtualTime } from './virtual-time.js';
import { weather } from './weather.js';

type PermitCommand = fc.AsyncCommand<object, PermitWorld>;

function command(name: string, run: (world: PermitWorld) => void | Promise<void>): PermitCommand {
  return {
    check: () => true,
    run: async (_, world) => {
      await run(world);
      await world.machine.time.pass(world.machine.chance.below(200));
    },
    toString: () => name,
  };
}

const call = fc.nat(NUMBERS.length - 1).map((n) => command(`call(${n})`, (world) => void world.call(NUMBERS[n] ?? '')));
const protect = fc
  .integer({ min: 1, max: NUMBERS.length - 1 })
  .map((n) => command(`protect(${n})`, (world) => world.protect(NUMBERS[n] ?? '')));
const pass = fc
  .integer({ min: 1, max: 7_000 })
  .map((ms) => command(`pass(${ms})`, ({ machine }) => machine.time.pass(ms)));
const stop = fc
  .record({ who: fc.constantFrom('registry', 'routing', 'recorder'), ms: fc.integer({ min: 500, max: 14_000 }) })
  .map(({ who, ms }) =>
    command(`stop(${who}, ${ms})`, (world) => {
      const process = { registry: world.registry.process, routing: world.routing.process, recorder: world.recorder };
      process[who].stand(ms);
      world.machine.tally.add('stops');
    }),
  );
const cut = fc.integer({ min: 5_000, max: 25_000 }).map((ms) =>
  command(`cut(registry, ${ms})`, (world) => {
    world.registry.cutUntil = world.machine.time.now() + ms;
    world.machine.tally.add('cuts');
  }),
);
const kill = fc.constant(command('kill(routing)', (world) => world.restartRouting()));
const onCall = (name: string, run: (world: PermitWorld, one: SimCall) => void) =>
  fc.nat(5).map((n) =>
    command(`${name}(${n})`, (world) => {
      const one = world.calls[n % Math.max(1, world.calls.length)];
      if (one !== undefined && !one.over) run(world, one);
    }),
  );
const decline = onCall('decline', (world, one) => world.decline(one));
const hangUp = onCall('hang up', (_, one) => one.sound?.hangUp());
const revoke = onCall('revoke', (world, one) => {
  if (world.recorder.still) return;
  one.stoppedAt = Math.min(one.stoppedAt, world.recorder.now());
  one.session?.stop('permit-revoked');
});

const permitCommands = fc.commands(
  [call, call, call, protect, protect, pass, pass, stop, cut, kill, decline, hangUp, revoke],
  {
    maxCommands: 16,
    size: 'max',
  },
);

/** Registry, routing and recorder under commands and weather; judged when every call has ended. */
export const permitProperty = (seen: (tally: Tally) => void) =>
  fc.asyncProperty(weather, permitCommands, fc.scheduler(), async (mood, commands, scheduler) => {
    const machine = new Machine(new VirtualTime(scheduler), mood);
    const world = new PermitWorld(machine);
    await machine.time.pass(3_000);
    await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
    machine.calm();
    for (const { sound } of world.calls) sound?.hangUp();
    await machine.time.until(
      () => world.calls.every(({ over }) => over),
      60_000,
      () => 'every recording ends',
    );
    for (const one of world.calls) judge(world, one);
    seen(machine.tally);
  });

function judge(
  { machine, protectedAt }: PermitWorld,
  { claims, granted, stoppedAt, declinedAt, writtenAt }: SimCall,
): void {
  const protectedFrom = protectedAt.get(claims.dialed) ?? Infinity;
  for (const at of writtenAt) {
    const where = `${claims.callId}, at ${at} ms`;
    const live = granted.some((asked) => asked <= at && at < asked + PERMIT_LIFETIME_MS);
    expectThat(live, `${where}: kept sound without a permit alive; asked at ${granted}`);
    expectThat(at <= stoppedAt, `${where}: kept sound after the end at ${stoppedAt}`);
    expectThat(at < declinedAt + PERMIT_LIFETIME_MS, `${where}: kept sound although declined at ${declinedAt}`);
    const latest = protectedFrom + STALENESS_MS + PERMIT_LIFETIME_MS;
    expectThat(at < latest, `${where}: kept sound of a number that is protected since ${protectedFrom}`);
  }
  if (writtenAt.length > 0) machine.tally.add('calls with sound');
  if (writtenAt.length > 0 && protectedFrom < Infinity) machine.tally.add('sound before a protection');
}
