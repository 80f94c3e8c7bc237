import type { ClientBase } from 'pg';
import type { ShardHead } from './event.js';
import { parseEnvelope } from './envelope.js';
import { headsIn, identityOf, missingHeads } from './integrity.js';
import type { StoreMark } from './mark.js';
import { insertRecovery } from './sql/insert-recovery.js';
import { readIdAt } from './sql/read-id-at.js';
import { restore } from './sql/restore.js';
import type { HeadWitness } from './witness.js';

const RESTORE_BATCH = 500;

export interface ShardRecovery {
  readonly shard: number;
  /** Last position before. */
  readonly had: number;
  /** Last position that the witness knows. */
  readonly witnessed: number;
  /** Events put back. */
  readonly restored: number;
  /** First position at which database and witness hold different events. Nothing was written to this shard. */
  readonly fork?: { readonly position: number; readonly ours: string; readonly theirs: string };
}

export interface RecoveryReport {
  readonly shards: readonly ShardRecovery[];
  /** Events that the mark knows and nobody has: they were answered for, and are gone. */
  readonly lost: readonly ShardHead[];
  /** Whether the store may be appended to again. */
  readonly complete: boolean;
}

export interface RecoverOptions {
  readonly mark?: StoreMark;
  /** Goes on although the mark knows events that the witness lacks. A person decides that. */
  readonly acceptLoss?: boolean;
}

/**
 * Puts back, byte for byte, what a restored database lacks and the witness knows; then records that this cluster and
 * timeline were recovered, and renews the mark. As the owner, with the services stopped or refusing appends. May be
 * repeated. Forks are reported, never overwritten. Keys destroyed since the backup must be destroyed again first (P10).
 */
export async function recover(
  owner: ClientBase,
  witness: HeadWitness,
  o: RecoverOptions = {},
): Promise<RecoveryReport> {
  const witnessed = new Map((await witness.heads()).map((head) => [head.shard, head]));
  const shards: ShardRecovery[] = [];
  for (const head of await headsIn(owner))
    shards.push(await recoverShard(owner, witness, head, witnessed.get(head.shard)));

  const heads = await headsIn(owner);
  const lost = await missingHeads(owner, (await o.mark?.read())?.heads ?? []);
  const complete = shards.every((shard) => !shard.fork) && (lost.length === 0 || o.acceptLoss === true);
  if (complete) {
    const restored = shards.reduce((sum, shard) => sum + shard.restored, 0);
    await owner.query(insertRecovery, [witness.name, restored]);
    await o.mark?.write({ identity: (await identityOf(owner)).identity, heads });
  }
  return { shards, lost, complete };
}

async function recoverShard(
  owner: ClientBase,
  witness: HeadWitness,
  { shard, position: had }: ShardHead,
  known: ShardHead = { shard, position: 0 },
): Promise<ShardRecovery> {
  const result = { shard, had, witnessed: known.position, restored: 0 };
  const fork = await findFork(owner, witness, shard, Math.min(had, known.position));
  if (fork) return { ...result, fork };
  let position = had;
  while (position < known.position) {
    const texts = await witness.readAfter(shard, position, RESTORE_BATCH);
    if (texts.length === 0) throw new Error(`${witness.name} knows ${shard}/${known.position} but ends at ${position}`);
    const { rows } = await owner.query<{ position: string }>(restore, [shard, texts]);
    position = Number(rows[0]?.position);
  }
  return { ...result, restored: Math.max(0, position - had) };
}

/** Up to `last` both have events. Each event names its predecessor, so those that agree at one position agree below it. */
async function findFork(owner: ClientBase, witness: HeadWitness, shard: number, last: number) {
  const compare = async (position: number) => {
    const { rows } = await owner.query<{ id: string }>(readIdAt, [shard, position]);
    const [text] = await witness.readAfter(shard, position - 1, 1);
    return { position, ours: rows[0]?.id ?? '', theirs: text === undefined ? '' : parseEnvelope(text).id };
  };
  if (last === 0) return undefined;
  let fork = await compare(last);
  if (fork.ours === fork.theirs) return undefined;
  let agreed = 0;
  while (fork.position - agreed > 1) {
    const middle = await compare(Math.floor((agreed + fork.position) / 2));
    if (middle.ours === middle.theirs) agreed = middle.position;
    else fork = middle;
  }
  return fork;
}
