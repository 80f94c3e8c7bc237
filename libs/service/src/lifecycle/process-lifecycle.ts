import { describeError, type JsonLog } from '../log.js';

const STOP_LIMIT_MS = 15_000;

/** Anything that runs until it is told to stop. */
export interface Running {
  close(): Promise<void>;
}

/**
 * Runs something as this process: stops it on SIGTERM, SIGINT and when the launcher that spawned it is gone, so that
 * no orphan keeps a port or a lease. Whatever is fatal is one plain line and exit code 1.
 */
export async function runUntilStopped(log: JsonLog, start: () => Promise<Running>): Promise<void> {
  let running: Running | undefined;
  let stopping = false;

  const stop = async (why: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.line('info', 'stopping', { why });
    const limit = setTimeout(() => {
      log.line('fatal', 'could not stop in time', { limitMs: STOP_LIMIT_MS });
      process.exit(1);
    }, STOP_LIMIT_MS);
    limit.unref();
    try {
      await running?.close();
      log.line('info', 'stopped');
      process.exit(0);
    } catch (error) {
      log.failure('could not stop cleanly', error, 'fatal');
      process.exit(1);
    }
  };
  const die = (message: string) => (error: unknown) => {
    log.line('fatal', message, { ...describeError(error), ...startupDetail(error, running) });
    process.exit(1);
  };

  process.on('uncaughtException', die('unexpected failure'));
  process.on('unhandledRejection', die('unexpected failure'));
  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('SIGINT', () => void stop('SIGINT'));
  if (process.send !== undefined) {
    const orphaned = () => void stop('the launcher is gone');
    process.once('disconnect', orphaned);
    // It may have gone while this process was still loading, before anybody listened.
    if (!process.connected) orphaned();
  }

  try {
    running = await start();
  } catch (error) {
    die('could not start')(error);
  }
}

/** Before anything was served, no caller's data can be in a message: an operator needs its words then. */
function startupDetail(error: unknown, running: Running | undefined): { detail?: string } {
  return running === undefined && error instanceof Error ? { detail: error.message } : {};
}
