import fc from 'fast-check';
import { type StreamWorld, STREAMS, USED_SHARDS } from './stream-world.js';

/** What the run has come to, as far as it decides what can happen next. */
export interface StreamModel {
  /** Versions that the streams would have if every append went through: what callers expect. */
  readonly versions: Map<string, number>;
  backedUp: boolean;
  restored: boolean;
  timeline: number;
}

type StreamCommand = fc.AsyncCommand<StreamModel, StreamWorld>;

function command(
  name: string,
  run: (model: StreamModel, world: StreamWorld) => void | Promise<void>,
  check: (model: Readonly<StreamModel>) => boolean = () => true,
): StreamCommand {
  return {
    check,
    run: async (model, world) => {
      await run(model, world);
      // a moment passes after each, so that some things have happened and some are under way
      await world.machine.time.pass(world.machine.chance.below(120));
    },
    toString: () => name,
  };
}

const append = fc
  .record({
    stream: fc.constantFrom(...STREAMS),
    count: fc.integer({ min: 1, max: 3 }),
    expected: fc.constantFrom('any', 'any', 'exact', 'wrong'),
    poison: fc.constantFrom(false, false, false, false, true),
  })
  .map(({ stream, count, expected, poison }) =>
    command(`append(${stream}, ${count}, ${expected}${poison ? ', poison' : ''})`, (model, world) => {
      const version = model.versions.get(stream) ?? 0;
      if (expected !== 'wrong') model.versions.set(stream, version + count);
      world.append(stream, count, expected === 'any' ? 'any' : expected === 'exact' ? version : version + 7, poison);
      world.machine.tally.add('appends');
    }),
  );

const pass = fc
  .integer({ min: 1, max: 2_500 })
  .map((ms) => command(`pass(${ms})`, (_, world) => world.machine.time.pass(ms)));

const killed = (who: 'publishers' | 'consumers', most: number) =>
  fc.nat(most).map((n) =>
    command(`kill(${who}[${n}])`, (_, world) => {
      const one = world[who][n];
      if (!one || one.process.dead) return;
      one.kill();
      world.machine.tally.add('crashes');
      void world.machine.time.after(world.machine.chance.below(3_000)).then(() => one.start());
    }),
  );

const stopped = (who: 'publishers' | 'consumers', most: number) =>
  fc.tuple(fc.nat(most), fc.integer({ min: 500, max: 9_000 })).map(([n, ms]) =>
    command(`stop(${who}[${n}], ${ms})`, (_, world) => {
      world[who][n]?.process.stand(ms);
      world.machine.tally.add('stops');
    }),
  );

const backup = fc.constant(
  command('backup', (model, world) => {
    world.takeBackup();
    model.backedUp = true;
  }),
);

const restore = fc.record({ timeline: fc.boolean(), restart: fc.boolean() }).map(({ timeline, restart }) =>
  command(
    `restore(${timeline ? 'other timeline' : 'same files'}, ${restart ? 'restart' : 'live'})`,
    async (model, world) => {
      if (timeline) model.timeline++;
      model.restored = true;
      if (world.backup) await world.restore(world.backup, model.timeline, restart);
    },
    ({ backedUp }) => backedUp,
  ),
);

const recover = fc.boolean().map((acceptLoss) =>
  command(
    `recover(${acceptLoss ? 'accept loss' : ''})`,
    (_, world) => world.recover(acceptLoss),
    ({ restored }) => restored,
  ),
);

const force = fc.constant(
  command(
    'force',
    (_, world) => world.force(),
    ({ restored }) => restored,
  ),
);

const republish = fc.tuple(fc.constantFrom(...USED_SHARDS), fc.integer({ min: 1, max: 8 })).map(([shard, from]) =>
  command(`republish(${shard}, ${from})`, (_, world) => {
    world.machine.tally.add('republished');
    void world.republish(shard, from);
  }),
);

const park = fc.constant(command('park', (_, world) => world.parkAll()));

const ordinary = [append, append, append, append, pass, killed('publishers', 1), killed('consumers', 3)];
const disorder = [stopped('publishers', 1), stopped('consumers', 3), republish, park];
const disaster = [backup, restore, restore, recover, force];

export const streamCommands = fc.commands([...ordinary, ...disorder, ...disaster], {
  maxCommands: 24,
  size: 'max',
});

export const newModel = (): StreamModel => ({ versions: new Map(), backedUp: false, restored: false, timeline: 1 });
