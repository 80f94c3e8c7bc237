import fc from 'fast-check';
import { Machine } from './machine.js';
import { newModel, streamCommands } from './stream-commands.js';
import { heal, judge } from './stream-outcome.js';
import { StreamWorld } from './stream-world.js';
import type { Tally } from './tally.js';
import { VirtualTime } from './virtual-time.js';
import { weather } from './weather.js';

/** Store, relays, topic and consumers under commands and weather; judged when all has come to rest. */
export const streamProperty = (seen: (tally: Tally) => void) =>
  fc.asyncProperty(weather, streamCommands, fc.scheduler(), async (mood, commands, scheduler) => {
    const machine = new Machine(new VirtualTime(scheduler), mood);
    const world = new StreamWorld(machine);
    await fc.asyncModelRun(() => ({ model: newModel(), real: world }), commands);
    await heal(world);
    await judge(world);
    seen(machine.tally);
  });
