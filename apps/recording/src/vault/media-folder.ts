import { copyFile, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { isCallId, isCallStream } from '@privity/recording';
import { ServiceConfig } from '@privity/service';
import { isMissing } from './file-error.js';

/** Where one recording's object stands. Only the dialler's call id and ids of ours make up the name. */
export interface ObjectName {
  /** Stream id of the call. */
  readonly call: string;
  /** The dialler's own call id. */
  readonly callId: string;
  readonly recording: string;
}

const OBJECT = /^([A-Za-z0-9._-]{1,64})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.pvm(\.part|\.left|\.mended)?$/;

/** The media store: `<media>/<2 chars>/<call stream>/<call id>.<recording>.pvm`, `.part` behind it while it is written;
 * `.left` and `.mended` while what a dead replica left of it is made whole. */
@Injectable()
export class MediaFolder {
  readonly root: string;

  constructor(config: ServiceConfig) {
    this.root = config.env.required('PRIVITY_MEDIA_DIR');
  }

  /** Opens a new `.part`. Throws EEXIST where there is one: an object is never written twice. */
  async create(name: ObjectName): Promise<FileHandle> {
    await mkdir(this.folderOf(name.call), { recursive: true, mode: 0o700 });
    return open(this.partOf(name), 'wx+', 0o600);
  }

  /**
   * Makes a whole `.part`, already synced, the object. Two fsyncs in all: that of the file brings the folders made
   * before it to disk as well, since Linux file systems log in order; this one is for the new name.
   */
  async finish(name: ObjectName, part = this.partOf(name)): Promise<void> {
    await rename(part, this.pathOf(name));
    if (part !== this.partOf(name)) await rm(this.leftOf(name), { force: true });
    const folder = await open(this.folderOf(name.call), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /**
   * Takes a `.part` away from whoever wrote it, and gives the path of a copy to be made whole. A replica that only seemed
   * dead may still have the file open: its bytes go to a file that is removed, and it cannot give the object its name.
   */
  async takeAway(name: ObjectName): Promise<string> {
    await mkdir(this.folderOf(name.call), { recursive: true, mode: 0o700 });
    const [left, mended] = [this.leftOf(name), `${this.pathOf(name)}.mended`];
    await rename(this.partOf(name), left).catch(ignoreMissing);
    await rm(mended, { force: true });
    await copyFile(left, mended).catch(ignoreMissing);
    return mended;
  }

  /** How many files the store holds of a call, finished or not: read from the folder itself, not from our tables (T13). */
  async count(call: string): Promise<number> {
    return (await listed(this.folderOf(call))).length;
  }

  pathOf(name: ObjectName): string {
    if (!isCallId(name.callId)) throw new RangeError('not a call id');
    return join(this.folderOf(name.call), `${name.callId}.${name.recording}.pvm`);
  }

  partOf(name: ObjectName): string {
    return `${this.pathOf(name)}.part`;
  }

  /** Everything in the store, call by call. `name` is absent for a file that no recorder of ours would write. */
  async *walk(): AsyncGenerator<{ readonly place: string; readonly name?: ObjectName; readonly part: boolean }> {
    for (const prefix of await listed(this.root)) {
      for (const call of await listed(join(this.root, prefix))) {
        for (const file of await listed(join(this.root, prefix, call))) {
          const [, callId, recording, part] = OBJECT.exec(file) ?? [];
          const place = `${call}/${file}`;
          const known =
            isCallStream(call) && prefix === prefixOf(call) && callId !== undefined && recording !== undefined;
          yield known ? { place, name: { call, callId, recording }, part: part !== undefined } : { place, part: false };
        }
      }
    }
  }

  private leftOf(name: ObjectName): string {
    return `${this.pathOf(name)}.left`;
  }

  private folderOf(call: string): string {
    if (!isCallStream(call)) throw new RangeError('not a call stream');
    return join(this.root, prefixOf(call), call);
  }
}

function prefixOf(call: string): string {
  return call.slice('call-'.length, 'call-'.length + 2);
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

async function listed(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Nothing was ever put there; a file in a folder's place is listed by its parent as what it is.
    if (isMissing(error)) return [];
    throw error;
  }
}
