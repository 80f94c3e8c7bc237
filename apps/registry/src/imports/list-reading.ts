import { Injectable } from '@nestjs/common';
import { PrivityError } from '@privity/kernel';
import { JsonLog, type LogFields, type ProblemDetails, ServiceConfig } from '@privity/service';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FromThread, ListToRead, ReadingHost, ReadList, ToThread } from './reading.js';

/**
 * Megabytes of V8's heap, for whatever might go wrong: a reading was seen to take 144, however long its list, and with
 * little to spare its time goes into collecting garbage. The young ones are what `npm start` gives every thread.
 */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 96 };
/** After this long without a list the thread's memory is given back. */
const IDLE_MS = 60_000;
/** How long a thread may take to write its mark and let its connections go. */
const END_LIMIT_MS = 2_000;
/** A thread runs what was built, also where a test runs this file from its source. */
const THREAD = new URL('../../dist/imports/list-reading.thread.js', import.meta.url);

/** The thread could not read the list; `problem` is what whoever sent it is told. */
export class ReadingFailed extends PrivityError {
  constructor(
    readonly problem: ProblemDetails,
    /** For the log: class, code and place of what was thrown there. */
    readonly facts: LogFields,
  ) {
    super('reading-failed', 500, 'a list could not be read');
  }
}

/** Has lists read by a thread of their own, one at a time. */
@Injectable()
export class ListReading {
  private thread: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: ServiceConfig,
    private readonly log: JsonLog,
  ) {}

  /** @throws ReadingFailed, and whatever the host threw */
  async read(list: ListToRead, host: ReadingHost): Promise<ReadList> {
    clearTimeout(this.idle);
    this.thread ??= this.start();
    try {
      return await readBy(this.thread, list, host);
    } catch (error) {
      // Whatever it met, the next list finds a database and keys opened anew.
      await this.end();
      throw error;
    } finally {
      this.idle = setTimeout(() => void this.end(), IDLE_MS).unref();
    }
  }

  async end(): Promise<void> {
    clearTimeout(this.idle);
    const thread = this.thread;
    // Whoever reads next starts another one.
    this.thread = undefined;
    if (thread === undefined) return;
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    thread.postMessage({ end: true } satisfies ToThread);
    await Promise.race([ended, pause(END_LIMIT_MS, undefined, { ref: false })]);
    await thread.terminate();
  }

  private start(): Worker {
    const thread = new Worker(THREAD, { workerData: { ...this.config.env.variables }, resourceLimits: LIMITS });
    thread.on('exit', () => {
      if (this.thread === thread) this.thread = undefined;
    });
    // Also between two lists: nobody else would take it, and it would end the process.
    thread.on('error', (error) => this.log.failure('the thread that reads lists broke', error));
    thread.unref();
    return thread;
  }
}

function readBy(thread: Worker, list: ListToRead, host: ReadingHost): Promise<ReadList> {
  return new Promise((resolve, reject) => {
    let thrown: { readonly error: unknown } | undefined;
    const answer = async ({ n, ask, about }: Extract<FromThread, { readonly ask: unknown }>) => {
      try {
        tell({ n, answer: await host[ask](about as never) });
      } catch (error) {
        thrown ??= { error };
        tell({ n, refused: true });
      }
    };
    const tell = (message: ToThread) => thread.postMessage(message);
    const told = (message: FromThread) => {
      if ('ask' in message) return void answer(message);
      over();
      if ('read' in message) resolve(message.read);
      else reject(thrown === undefined ? new ReadingFailed(message.failed, message.facts) : thrown.error);
    };
    const failed = (error: unknown) => {
      over();
      reject(error);
    };
    const ended = (code: number) => failed(new Error(`the thread that reads lists ended with ${code}`));
    const over = () => void thread.off('message', told).off('error', failed).off('exit', ended);
    thread.on('message', told).once('error', failed).once('exit', ended);
    tell({ list });
  });
}
