import { parseEnvelope } from '@privity/event-store';
import type { Halt } from '@privity/event-stream';
import type { Consumer } from './consumer.js';
import { idOf, type StreamWorld } from './stream-world.js';

/** An hour would do as well: whatever is not at rest by then never will be. */
const MOST_MS = 90_000;

/** The disturbances end, an operator does what the manual says, and everything comes to rest. Throws when it does not. */
export async function heal(world: StreamWorld): Promise<void> {
  world.machine.calm();
  for (const { process } of [...world.publishers, ...world.consumers]) process.wake();
  for (const one of [...world.publishers, ...world.consumers]) one.start();
  const opened = () => world.publishers.every(({ store }) => store !== undefined);
  await world.machine.time.until(opened, MOST_MS, () => 'stores open');
  // a restore that nobody met yet shows at the next start
  for (const acceptLoss of [false, true]) {
    if (world.restores.length === 0 || world.forced) break;
    await world.recover(acceptLoss);
    await world.machine.time.until(opened, MOST_MS, () => 'stores open after recovery');
    if (world.publishers.every(({ store }) => store?.restored === undefined)) break;
  }
  await world.machine.time.until(
    () => {
      world.parkAll();
      return atRest(world);
    },
    MOST_MS,
    () => unrest(world),
  );
}

function refusing(world: StreamWorld): boolean {
  return world.publishers.every(({ store }) => store?.restored !== undefined);
}

function atRest(world: StreamWorld): boolean {
  return unrest(world) === '';
}

function unrest(world: StreamWorld): string {
  const open = world.asked.filter(({ answer }) => answer === 'open');
  if (open.length > 0 && !refusing(world)) return `${open.length} appends without an answer`;
  for (const { shard, position } of world.server.database.headsNow()) {
    if (world.server.relays.acked(shard) < position) return `shard ${shard} is not published to ${position}`;
    for (const consumer of world.consumers) {
      if (haltOf(consumer, shard) !== undefined) continue;
      const stands = cursorOf(consumer, shard);
      if (stands < position) return `${consumer.wire} consumer at ${shard}/${stands} of ${position}`;
      const unread = BigInt(world.topic.length(shard)) - (consumer.model.read.get(shard) ?? 0n);
      if (consumer.wire === 'topic' && unread > 0n) return `topic consumer has ${unread} of ${shard} to read`;
    }
  }
  return '';
}

function cursorOf(consumer: Consumer, shard: number): number {
  return consumer.model.tables.cursorOf(consumer.rowOf(shard)).position;
}

function haltOf(consumer: Consumer, shard: number): Halt | undefined {
  return consumer.model.tables.haltOf(consumer.rowOf(shard));
}

/** Every promise that the store and the stream make, of a world at rest. Throws the first one that was broken. */
export async function judge(world: StreamWorld): Promise<void> {
  await judgeStore(world);
  await judgeAnswers(world);
  await judgeRestores(world);
  if (world.restores.length === 0) judgeTopic(world);
  for (const consumer of world.consumers) for (const shard of world.shards) await judgeConsumer(world, consumer, shard);
}

async function judgeStore({ server, shards }: StreamWorld): Promise<void> {
  for (const shard of shards) {
    const events = await server.database.readShard(shard, 0, 1_000);
    const sequences = new Map<string, number>();
    for (const [n, { id, position, stream, sequence, text }] of events.entries()) {
      const where = `event ${shard}/${n + 1}`;
      expectThat(position === n + 1, `${where} has position ${position}`);
      expectThat(parseEnvelope(text).previd === events[n - 1]?.id, `${where} names another predecessor`);
      expectThat(sequence === (sequences.get(stream) ?? 0) + 1, `${where}: ${stream} has a hole before ${sequence}`);
      sequences.set(stream, sequence);
      expectThat(events.findIndex((other) => other.id === id) === n, `${where} stands twice`);
    }
    expectThat(server.database.headsNow()[shard]?.position === events.length, `shard ${shard} has a head of its own`);
  }
}

async function judgeAnswers(world: StreamWorld): Promise<void> {
  const stored = await world.storedIds();
  for (const { stream, ids, answer } of world.asked) {
    const there = ids.filter((id) => stored.has(id)).length;
    expectThat(there === 0 || there === ids.length, `an append to ${stream} stands in part`);
    if (answer === 'refused' && world.restores.length === 0)
      expectThat(there === 0, `an append to ${stream} was refused, and stands`);
    if (answer === 'acknowledged' && world.restores.length === 0)
      expectThat(there > 0, `an append to ${stream} was acknowledged, and does not stand`);
  }
}

/** In order, whatever is repeated: consumers get over an event that comes too early, but no relay may send one. */
function judgeTopic({ topic, shards }: StreamWorld): void {
  for (const shard of shards) {
    let newest = 0;
    for (const { text } of topic.from(shard, 0n, topic.length(shard))) {
      const position = Number(parseEnvelope(text).position);
      expectThat(position <= newest + 1, `topic, shard ${shard}: ${position} came behind ${newest}`);
      newest = Math.max(newest, position);
    }
  }
}

/** Nothing silent: what was published is back, what was marked is back or was reported lost. */
async function judgeRestores(world: StreamWorld): Promise<void> {
  const forks = world.reports.some(({ shards }) => shards.some(({ fork }) => fork !== undefined));
  const clean = !world.forced && !world.publishedLate && world.restores.every((restored) => restored.clean);
  if (!clean) return;
  expectThat(!forks, 'recover found a fork, although nobody could have appended');
  const stored = await world.storedIds();
  const reported = world.reports.some(({ lost }) => lost.length > 0);
  for (const { published, marked } of world.restores) {
    for (const id of published) expectThat(stored.has(id), `${id} was published before a restore, and is gone`);
    for (const id of marked) expectThat(stored.has(id) || reported, `${id} was lost in a restore without a word`);
  }
}

async function judgeConsumer(world: StreamWorld, consumer: Consumer, shard: number): Promise<void> {
  const who = `${consumer.wire} consumer, shard ${shard}`;
  const parked = consumer.model.tables.parked(consumer.rowOf(shard));
  const applied = consumer.model.applied.get(shard) ?? [];
  const stands = cursorOf(consumer, shard);
  const byPosition = new Map(applied.map((text) => [Number(parseEnvelope(text).position), text]));
  let before: string | undefined;
  for (let position = 1; position <= stands; position++) {
    const text = byPosition.get(position);
    const id = text === undefined ? parked.get(position) : idOf(text);
    expectThat(id !== undefined, `${who}: ${position} was passed over`);
    if (text !== undefined)
      expectThat(parseEnvelope(text).previd === before, `${who}: ${position} does not follow what was applied`);
    before = id;
  }
  const order = applied.map((text) => Number(parseEnvelope(text).position));
  expectThat(
    order.every((position, n) => n === 0 || position > (order[n - 1] ?? 0)),
    `${who} applied ${order}`,
  );
  expectThat(
    order.every((position) => position <= stands),
    `${who} applied beyond its checkpoint ${stands}`,
  );

  const halt = haltOf(consumer, shard);
  if (halt !== undefined) {
    expectThat(world.restores.length > 0, `${who} halted by ${halt.code} at ${halt.position} without a reason`);
    expectThat(halt.code === 'fork' || halt.code === 'gap', `${who} stays halted by ${halt.code}`);
    expectThat(halt.position <= stands + 1, `${who} stands at ${stands} and halted at ${halt.position}`);
    return;
  }
  const stored = await world.server.database.readShard(shard, 0, 1_000);
  expectThat(stands >= stored.length, `${who} stopped at ${stands} of ${stored.length}`);
  // a feed has nothing to send to one who is ahead of it: that shows with the next event
  if (world.restores.length > 0 && (consumer.wire === 'feed' || stands > stored.length)) return;
  // a relay that sent before a restore may say so after it: what stands there now is never sent, and shows with the next event
  const unsent = stored.some(({ text }) => !world.topic.holds(shard, text));
  if (world.restores.length > 0 && unsent) {
    const reported = world.reports.some(({ shards }) => shards.some((one) => one.shard === shard && one.fork));
    return expectThat(world.forced || reported, `${who}: another history stands in the store without a word`);
  }
  const model = stored.filter(({ id, position }) => parked.get(position) !== id).map(({ text }) => text);
  // what was lost, and sent again with its id, may have got another time
  const told = world.restores.length > 0 ? idOf : (text: string) => text;
  expectThat(
    model.map(told).join() === applied.map(told).join(),
    `${who}: applied ${shortly(applied)}, but the store holds ${shortly(model)}`,
  );
}

export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function shortly(texts: readonly string[]): string {
  return texts.map((text) => idOf(text).slice(-3)).join(' ');
}
