import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;

/** The wall clock of an instance's services and database, which can be stepped while they run (Debian: `faketime`). */
export class WallClock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'privity-clock-'));
  private readonly file = join(this.folder, 'offset');
  private offsetMs = 0;

  private constructor(private readonly library: string) {
    // PostgreSQL runs under another account.
    chmodSync(this.folder, 0o755);
    this.step(0);
  }

  /** Undefined where libfaketime is not installed. */
  static find(): (() => WallClock) | undefined {
    const lib = '/usr/lib';
    if (process.platform !== 'linux' || !existsSync(lib)) return undefined;
    const library = readdirSync(lib)
      .map((folder) => join(lib, folder, 'faketime', 'libfaketimeMT.so.1'))
      .find((file) => existsSync(file));
    return library === undefined ? undefined : () => new WallClock(library);
  }

  get now(): number {
    return Date.now() + this.offsetMs;
  }

  /** So many hours before or after what the machine's own clock says. */
  step(hours: number): void {
    const draft = `${this.file}.new`;
    writeFileSync(draft, `${hours < 0 ? '-' : '+'}${(Math.abs(hours) * HOUR_MS) / 1_000}\n`, { mode: 0o644 });
    renameSync(draft, this.file);
    this.offsetMs = hours * HOUR_MS;
  }

  get variables(): Readonly<Record<string, string>> {
    return { FAKE_CLOCK_LIBRARY: this.library, FAKE_CLOCK_FILE: this.file };
  }

  get nodeArguments(): readonly string[] {
    return ['--import', join(import.meta.dirname, 'fake-clock.mjs')];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
