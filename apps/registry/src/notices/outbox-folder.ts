import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { replaceFile } from '@privity/service';
import { NoticeSettings } from './notice-settings.js';

/** As long as a code is good for. A call that nobody has placed by then need not be placed, and names a number. */
export const CALL_LASTS_MS = 10 * 60_000;

/** `<outbox>/<notice>.eml` and `<outbox>/calls/<notice>.call.json`: whole or not there, for the service's own user only. */
@Injectable()
export class OutboxFolder {
  private readonly mail: string;
  private readonly calls: string;

  constructor({ outbox }: NoticeSettings) {
    this.mail = outbox;
    this.calls = join(outbox, 'calls');
  }

  /** The same message again replaces its file: somebody who reads it twice sees one. */
  async putMail(notice: string, message: Buffer): Promise<void> {
    await mkdir(this.mail, { recursive: true, mode: 0o700 });
    replaceFile(join(this.mail, `${notice}.eml`), message, 0o600);
  }

  async putCall(notice: string, call: object): Promise<void> {
    await mkdir(this.calls, { recursive: true, mode: 0o700 });
    replaceFile(join(this.calls, `${notice}.call.json`), JSON.stringify(call), 0o600);
  }

  /** Removes calls that nobody placed in time, and what a process that was killed had half written. */
  async sweep(): Promise<void> {
    const before = Date.now() - CALL_LASTS_MS;
    for (const [folder, isWhole] of [
      [this.calls, () => false],
      [this.mail, (name: string) => name.endsWith('.eml')],
    ] as const) {
      for (const name of await namesIn(folder)) {
        const path = join(folder, name);
        const found = isWhole(name) ? undefined : await stat(path).catch(ignoreMissing);
        if (found?.isFile() === true && found.mtimeMs < before) await rm(path, { force: true });
      }
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? [];
}

/** Nothing was put there yet, or another replica, or whoever placed the call, took it away. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
