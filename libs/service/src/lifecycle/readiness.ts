/** Says why not, in words for an operator; undefined where all is well. */
export type ReadinessCheck = () => string | undefined | Promise<string | undefined>;

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  readonly service: string;
  /** By name: `ok`, or why not. */
  readonly checks: Readonly<Record<string, string>>;
}

const CHECK_LIMIT_MS = 2_000;

/** What must be well before a service takes work. Anything may add to it; `/health` asks all. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  constructor(private readonly service: string) {}

  check(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Not ready until released: a service holds it while its views catch up. */
  hold(name: string, why: string): () => void {
    this.checks.set(name, () => why);
    return () => this.checks.set(name, () => undefined);
  }

  async report(): Promise<ReadinessReport> {
    const entries = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await answer(check)] as const),
    );
    const ready = entries.every(([, state]) => state === 'ok');
    return { status: ready ? 'ready' : 'not-ready', service: this.service, checks: Object.fromEntries(entries) };
  }
}

/** A check that fails or hangs is a check that is not well; its words may quote secrets, so they are not shown. */
async function answer(check: ReadinessCheck): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer'), CHECK_LIMIT_MS);
  });
  try {
    return (await Promise.race([Promise.resolve(check()), limit])) ?? 'ok';
  } catch {
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
