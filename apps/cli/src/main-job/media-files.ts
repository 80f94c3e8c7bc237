import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';

export interface MediaFile {
  /** The dialler's id of the call, as the object's name carries it. */
  readonly callId: string;
  readonly recording: string;
}

/** `<call id>.<recording id>.pvm`; `.part` while it is written. */
const OBJECT = /^([A-Za-z0-9._-]{1,64})\.([0-9a-f-]{36})\.pvm(?:\.part)?$/;

/** What lies in the media folder, by its file names alone. `strangers` counts files with no such name. */
export async function mediaFiles(folder: string): Promise<{ files: MediaFile[]; strangers: string[] }> {
  const files: MediaFile[] = [];
  const strangers: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const [, callId, recording] = OBJECT.exec(basename(entry.name)) ?? [];
    if (callId === undefined || recording === undefined) strangers.push(entry.name);
    else files.push({ callId, recording });
  }
  return { files, strangers };
}
