import type { ClientBase } from 'pg';
import type { ShardHead } from './event.js';
import { reading } from './database-loss.js';
import { parseEnvelope } from './envelope.js';
import { headsIn } from './integrity.js';
import type { StoreMark } from './mark.js';
import { SqlDatabase } from './sql-database.js';
import type { OwnedDatabase } from './store-database.js';
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
  /** First position at which database and witness hold different events. Nothing was written from there on. */
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
export function recover(owner: ClientBase, witness: HeadWitness, o: RecoverOptions = {}): Promise<RecoveryReport> {
  return recoverDatabase(new SqlDatabase(owner), witness, o);
}

/** The same on any database that passes the contract. */
export async function recoverDatabase(
  owner: OwnedDatabase,
  witness: HeadWitness,
  o: RecoverOptions = {},
): Promise<RecoveryReport> {
  const witnessed = new Map((await witness.heads()).map((head) => [head.shard, head]));
  const shards: ShardRecovery[] = [];
  for (const head of await headsIn(owner))
    shards.push(await recoverShard(owner, witness, head, witnessed.get(head.shard)));

  const heads = await headsIn(owner);
  const marked = await o.mark?.read();
  const lost = await reading(() => owner.missing(marked?.heads ?? []));
  const complete = shards.every((shard) => !shard.fork) && (lost.length === 0 || o.acceptLoss === true);
  if (complete) {
    const restored = shards.reduce((sum, shard) => sum + shard.restored, 0);
    await owner.recordRecovery(witness.name, restored);
    await o.mark?.write({ identity: (await reading(() => owner.identity())).identity, heads }, o.acceptLoss === true);
  }
  return { shards, lost, complete };
}

async function recoverShard(
  owner: OwnedDatabase,
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
    const other = brokenLink(position, await owner.idAt(shard, position), texts);
    if (other) return { ...result, restored: position - had, fork: other };
    position = await owner.restore(shard, texts);
  }
  return { ...result, restored: Math.max(0, position - had) };
}

/** A witness that saw two histories may hold an event of one behind an event of the other: the first that names another predecessor. */
function brokenLink(position: number, last: string | undefined, texts: readonly string[]): ShardRecovery['fork'] {
  let ours = last;
  for (const [n, text] of texts.entries()) {
    const { id, previd } = parseEnvelope(text);
    if (previd !== ours) return { position: position + n, ours: ours ?? '', theirs: previd ?? '' };
    ours = id;
  }
  return undefined;
}

/** Up to `last` both have events. Each event names its predecessor, so those that agree at one position agree below it. */
async function findFork(owner: OwnedDatabase, witness: HeadWitness, shard: number, last: number) {
  const compare = async (position: number) => {
    const ours = (await owner.idAt(shard, position)) ?? '';
    const [text] = await witness.readAfter(shard, position - 1, 1);
    return { position, ours, theirs: text === undefined ? '' : parseEnvelope(text).id };
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
