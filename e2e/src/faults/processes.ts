import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Victim } from './plan.js';

/** Process ids of an instance's parts, as their pid files name them, of those that run now. */
export class Processes {
  constructor(private readonly dataDir: string) {}

  /** Empty while it is being started again. A part with replicas has several. */
  of(victim: Victim): number[] {
    switch (victim) {
      case 'launcher':
        return this.launcher();
      case 'postgres':
        return this.read(join('postgres', 'cluster', 'postmaster.pid'));
      case 'kafka':
        return this.read(join('kafka', 'kafka.pid'));
      case 'everything': {
        const parts = [...this.services(() => true), ...this.of('postgres'), ...this.of('kafka')];
        // The launcher first, or it would start the others again.
        return [...this.launcher(), ...parts];
      }
      default:
        return this.services((name) => name.replace(/-\d+$/, '') === victim);
    }
  }

  isRunning(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.dataDir);
    } catch {
      return false;
    }
  }

  private services(wanted: (name: string) => boolean): number[] {
    const folder = join(this.dataDir, 'pids');
    const names = this.attempt(() => readdirSync(folder)) ?? [];
    return names
      .filter((file) => file.endsWith('.pid') && wanted(file.slice(0, -'.pid'.length)))
      .flatMap((file) => this.read(join('pids', file)));
  }

  private launcher(): number[] {
    const text = this.attempt(() => readFileSync(join(this.dataDir, 'launcher.lock'), 'utf8'));
    const { pid } = JSON.parse(text ?? '{"pid":0}') as { pid: number };
    return this.isRunning(pid) ? [pid] : [];
  }

  private read(file: string): number[] {
    const text = this.attempt(() => readFileSync(join(this.dataDir, file), 'utf8')) ?? '';
    const pid = Number(text.split('\n')[0]);
    return pid > 0 && this.isRunning(pid) ? [pid] : [];
  }

  private attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch {
      return undefined;
    }
  }
}
