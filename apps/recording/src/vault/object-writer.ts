import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mediaHeader, MediaSealer } from '@privity/recording';
import type { MediaFolder, ObjectName } from './media-folder.js';

/** What stands in `RecordingCompleted` about the sound. */
export interface MediaFacts {
  readonly bytes: number;
  /** base64. */
  readonly salt: string;
  /** SHA-256, hex, of salt and plain bytes. */
  readonly digest: string;
}

/** Writes one recording's object. Plain bytes stay in memory; what reaches the disk is sealed. */
export class ObjectWriter {
  private readonly salt = randomBytes(16);
  private readonly sealer: MediaSealer;

  private constructor(
    private readonly folder: MediaFolder,
    private readonly name: ObjectName,
    private readonly file: FileHandle,
    key: Buffer,
  ) {
    this.sealer = new MediaSealer(key, name.recording, this.salt);
  }

  /** `RecordingStarted` must be durable before this is called (P4). */
  static async open(folder: MediaFolder, name: ObjectName, key: Buffer): Promise<ObjectWriter> {
    const file = await folder.create(name);
    const writer = new ObjectWriter(folder, name, file, key);
    try {
      await file.appendFile(mediaHeader(name.recording));
    } catch (error) {
      await file.close();
      throw error;
    }
    return writer;
  }

  async write(frame: Buffer): Promise<void> {
    for (const chunk of this.sealer.push(frame)) await this.file.appendFile(chunk);
  }

  /** Seals the end, syncs, and gives the object its name. On a failure the `.part` stays for recovery. */
  async finish(): Promise<MediaFacts> {
    const { bytes } = this.sealer;
    try {
      const { chunk, digest } = this.sealer.end();
      await this.file.appendFile(chunk);
      await this.file.sync();
      await this.file.close();
      await this.folder.finish(this.name);
      return { bytes, salt: this.salt.toString('base64'), digest };
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  /** Lets go of the file as it is; recovery will end it. */
  async abandon(): Promise<void> {
    this.sealer.wipe();
    await this.file.close().catch(() => undefined);
  }
}
