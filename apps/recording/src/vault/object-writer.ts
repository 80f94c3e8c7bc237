import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { PrivityError } from '@privity/kernel';
import { mediaHeader, MediaSealer, type MediaWriter } from '@privity/recording';
import type { MediaFolder, ObjectName } from './media-folder.js';

/** What stands in `RecordingCompleted` about the sound. */
export interface MediaFacts {
  readonly bytes: number;
  /** base64. */
  readonly salt: string;
  /** SHA-256, hex, of salt and plain bytes. */
  readonly digest: string;
}

/** A full disk, or one that is gone. What was kept until then stands, and recovery ends it; the call goes on without. */
export class MediaStoreFailed extends PrivityError {
  constructor(cause: unknown) {
    super('media-store-failed', 503, 'The media store does not take the sound of this call.', { cause });
  }
}

/** Writes one recording's object. Plain bytes stay in memory; what reaches the disk is sealed. */
export class ObjectWriter implements MediaWriter<MediaFacts> {
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
    const file = await folder.create(name).catch(failed);
    const writer = new ObjectWriter(folder, name, file, key);
    try {
      await file.appendFile(mediaHeader(name.recording));
    } catch (error) {
      await file.close();
      return failed(error);
    }
    return writer;
  }

  async write(frame: Buffer): Promise<void> {
    for (const chunk of this.sealer.push(frame)) await this.file.appendFile(chunk).catch(failed);
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
      return failed(error);
    }
  }

  /** Lets go of the file as it is; recovery will end it. */
  async abandon(): Promise<void> {
    this.sealer.wipe();
    await this.file.close().catch(() => undefined);
  }
}

function failed(error: unknown): never {
  throw new MediaStoreFailed(error);
}
