// `world`: the simulation must notice; `suite`: the contract, because memory cannot hold what only SQL says.
const sink = 'libs/event-stream/src/consume/checkpointed-sink.ts';
const classify = 'libs/event-stream/src/classify.ts';
const session = 'libs/recording/src/recording-session.ts';

const inPostgres = (test) => ({ project: 'event-stream', file: 'memory/ports', test });

export const mutations = [
  {
    name: 'commit the checkpoint before the effects',
    file: sink,
    from: 'await this.applyEffects(batch, state.parked, manager);\n    });',
    to: '});\n    await this.options.checkpoints.transaction(({ manager }) => this.applyEffects(batch, state.parked, manager));',
    world: 'stream',
  },
  {
    name: 'apply although another moved the checkpoint',
    file: sink,
    from: 'if (!moved) throw new CheckpointMoved();',
    to: 'void moved;',
    world: 'stream',
  },
  {
    name: "take a lost membership for the handler's failure",
    file: sink,
    from: '      await alive();\n    }\n    for (',
    to: '      await alive().catch((error: unknown) => this.halt(haltBefore(batch.events[0], error)));\n    }\n    for (',
    world: 'stream',
  },
  {
    name: 'skip the previd check',
    file: classify,
    from: "if (event.previd !== ids.get(last)) return { fresh, stop: { code: 'fork', event } };",
    to: '',
    world: 'stream',
  },
  {
    name: 'skip the duplicate check',
    file: classify,
    from: 'if (event.position <= last) {',
    to: 'if (event.position < 0) {',
    world: 'stream',
  },
  {
    name: 'publish out of order',
    file: 'libs/event-stream/src/relay/take.ts',
    from: 'messages.push({ key: stream, text });',
    to: 'messages.unshift({ key: stream, text });',
    world: 'stream',
  },
  {
    name: 'acknowledge before the topic has it',
    file: 'libs/event-stream/src/relay/relay.ts',
    from: `await this.options.target.send(taken);
    const still = await this.leases.acknowledge(new Map(taken.map(({ shard, last }) => [shard, last])));`,
    to: `const still = await this.leases.acknowledge(new Map(taken.map(({ shard, last }) => [shard, last])));
    await this.options.target.send(taken);`,
    world: 'stream',
  },
  {
    name: 'answer a conflict for what a lost answer had written',
    file: 'libs/event-store/src/batch.ts',
    from: 'if (row.known_texts) return repeated(append, row);',
    to: '',
    world: 'stream',
  },
  {
    name: 'take appends after a restore',
    file: 'libs/event-store/src/event-store.ts',
    from: 'if (state.restored !== undefined) {',
    to: "if (state.restored === 'never') {",
    world: 'stream',
  },
  {
    name: 'recover from the wrong position',
    file: 'libs/event-store/src/recover.ts',
    from: 'let position = had;',
    to: 'let position = Math.max(0, had - 1);',
    world: 'stream',
  },
  {
    name: 'number before the conflict check',
    file: 'libs/event-store/src/sql/append-function.ts',
    from: '    if accepted then\n      version := version + 1;\n      heads[s] := heads[s] + 1;',
    to: '    heads[s] := heads[s] + 1;\n    if accepted then\n      version := version + 1;',
    suite: { project: 'event-store', file: 'event-store.spec', test: 'npm appending' },
  },
  {
    name: 'drop the lease condition',
    file: 'libs/event-stream/src/relay/relay-leases.ts',
    from: 'where r.shard = sent.shard and r.holder = $3 and r.acked < sent.acked',
    to: 'where r.shard = sent.shard and r.acked < sent.acked and $3::text is not null',
    suite: inPostgres('relay leases in PostgreSQL'),
  },
  {
    name: 'move the checkpoint without compare-and-set',
    file: 'libs/event-stream/src/consume/checkpoint-table.ts',
    from: 'where ${ONE} and position = $8 and id is not distinct from $9`',
    to: 'where ${ONE} and $8::bigint >= 0 and ($9::text is null or true)`',
    suite: inPostgres('checkpoints in PostgreSQL'),
  },
  {
    name: "count a permit's life from the answer",
    file: session,
    from: 'this.clock.granted(asked);',
    to: 'this.clock.granted(this.clock.asking());',
    world: 'permit',
  },
  {
    name: "count a permit's life on the wall clock",
    file: session,
    from: 'new PermitClock(() => time.now())',
    to: 'new PermitClock(() => Date.now())',
    world: 'permit',
  },
  {
    name: 'go on after a refusal',
    file: session,
    from: "if (outcome === 'refused') return this.stop('permit-revoked');",
    to: '',
    world: 'permit',
  },
  {
    name: 'trust a stale view of the registry',
    file: 'libs/registry/src/registry-trust.ts',
    from: 'ageMs < 0 || ageMs > this.stalenessMs',
    to: 'ageMs < 0',
    world: 'permit',
  },
];
