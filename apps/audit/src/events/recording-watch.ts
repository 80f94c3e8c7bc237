import type { RecordingMade } from '@privity/audit';
import type { EntityManager } from 'typeorm';

/** Any fixed number. */
const WATCH_LOCK = 0x57415443;
const locked = new WeakSet<EntityManager>();

interface MadeRow {
  readonly event: string;
  readonly stream: string;
  readonly started_at: string;
}

/**
 * Remembers what speaks against a recording until the other half arrives: events of three services overtake each other.
 * Shards are applied side by side, so whoever writes one half and looks for the other takes turns; otherwise two
 * transactions could each miss what the other is about to commit.
 */
export async function takeTurns(manager: EntityManager): Promise<void> {
  if (locked.has(manager)) return;
  await manager.query('select pg_advisory_xact_lock($1)', [WATCH_LOCK]);
  locked.add(manager);
}

const made = ({ event, stream, started_at }: MadeRow): RecordingMade => ({ event, stream, startedAt: started_at });

/** A decision that does not permit recording; answers with recordings that name it. */
export async function rememberUnpermitted(manager: EntityManager, decision: string): Promise<RecordingMade[]> {
  await takeTurns(manager);
  await manager.query('insert into watch.unpermitted_decision values ($1) on conflict do nothing', [decision]);
  const rows: MadeRow[] = await manager.query('select * from watch.recording where decision = $1', [decision]);
  return rows.map(made);
}

/** A number, or a person in custody, became protected; answers with all recordings of their calls. The first time counts. */
export async function rememberProtected(manager: EntityManager, index: string, at: string): Promise<RecordingMade[]> {
  await takeTurns(manager);
  await manager.query(
    `insert into watch.protected_number as known values ($1, $2)
     on conflict (number) where ended_at is null
       do update set protected_at = least(known.protected_at, excluded.protected_at)`,
    [index, at],
  );
  const rows: MadeRow[] = await manager.query('select * from watch.recording where dialed = $1 or caller = $1', [
    index,
  ]);
  return rows.map(made);
}

/** Nobody says any more that it is protected: recordings that begin later are as any other. */
export async function rememberEnded(manager: EntityManager, index: string, at: string): Promise<void> {
  await takeTurns(manager);
  await manager.query('update watch.protected_number set ended_at = $2 where number = $1 and ended_at is null', [
    index,
    at,
  ]);
}

export interface WatchedRecording extends RecordingMade {
  readonly decision: string;
  readonly dialed: string;
  readonly caller: string;
}

/** A recording began; answers with what was known against it before. */
export async function rememberRecording(
  manager: EntityManager,
  recording: WatchedRecording,
): Promise<{ readonly unpermitted: boolean; readonly protectedAt?: string }> {
  await takeTurns(manager);
  const { event, stream, decision, dialed, caller, startedAt } = recording;
  await manager.query('insert into watch.recording values ($1, $2, $3, $4, $5, $6) on conflict do nothing', [
    event,
    stream,
    decision,
    dialed,
    startedAt,
    caller,
  ]);
  const [known]: { unpermitted: boolean; protected_at: string | null }[] = await manager.query(
    `select exists (select from watch.unpermitted_decision where decision = $1) as unpermitted,
            (select min(protected_at) from watch.protected_number
              where number in ($2, $3) and (ended_at is null or ended_at > $4)) as protected_at`,
    [decision, dialed, caller, startedAt],
  );
  const protectedAt = known?.protected_at ?? undefined;
  return { unpermitted: known?.unpermitted ?? false, ...(protectedAt === undefined ? {} : { protectedAt }) };
}
