import { closeSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { Failed } from '../failures.js';

/** What became of a played call. */
export interface PlayedCall {
  readonly callId: string;
  readonly outcome: 'denied' | 'not-connected' | 'connected';
  /** Event id of the decision. */
  readonly decision: string;
  /** Present when a recording was kept. */
  readonly recording?: string;
  /** Bytes of audio sent that the recorder acknowledged. */
  readonly bytes?: number;
}

type Line = { readonly export: string } | { readonly begun: string } | { readonly played: PlayedCall };

/**
 * What the main job has done on a data folder, one JSON line each, only ever added to. A later run goes on where this
 * one ended; a call that was begun and not finished is played again under its id, which every service takes as a repeat.
 */
export class Journal {
  readonly #played = new Map<string, PlayedCall>();
  readonly #begun = new Set<string>();
  #export: string | undefined;
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a', 0o600);
    const text = readFileSync(path, 'utf8');
    // A crash in the middle of a write leaves half a line at the end: it is taken off, so that the next is whole.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    for (const line of whole.split('\n')) if (line !== '') this.#take(JSON.parse(line) as Line);
  }

  /** Whether an earlier run was broken off in the middle of this call. */
  wasBegun(callId: string): boolean {
    return this.#begun.has(callId) && !this.#played.has(callId);
  }

  played(callId: string): PlayedCall | undefined {
    return this.#played.get(callId);
  }

  /** A data folder plays one export: its digest is the first line. @throws Failed for another one */
  bindTo(digest: string): void {
    if (this.#export === undefined) this.#write({ export: digest });
    else if (this.#export !== digest) {
      throw new Failed('This data folder has played another export. Choose another --data-dir for this one.');
    }
  }

  begin(callId: string): void {
    this.#write({ begun: callId });
  }

  finish(call: PlayedCall): void {
    this.#write({ played: call });
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#take(line);
  }

  #take(line: Line): void {
    if ('export' in line) this.#export = line.export;
    else if ('begun' in line) this.#begun.add(line.begun);
    else this.#played.set(line.played.callId, line.played);
  }
}
