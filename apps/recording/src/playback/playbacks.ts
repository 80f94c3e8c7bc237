import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { EventStore, StoreUnavailable } from '@privity/event-store';
import { isUuid, PrivityError, uuidv7 } from '@privity/kernel';
import {
  MediaBroken,
  recordingDecider,
  recordingStream,
  type AskPlayback,
  type RecordingCommand,
  type RecordingEvent,
} from '@privity/recording';
import { handleCommand, newEvents, type Principal, readState } from '@privity/service';
import { CallMedia } from '../vault/call-media.js';
import { MediaFolder } from '../vault/media-folder.js';
import { ObjectReader } from '../vault/object-reader.js';
import { RecordingKeys } from '../vault/recording-keys.js';
import { ActivePlaybacks } from './active-playbacks.js';
import { byteRange, type ByteRange } from './byte-range.js';
import { listening } from './listening.js';
import { PlaybackSessions } from './playback-sessions.js';

/** Sealed, unfinished, another facility's or never there: all answer like this, word for word (P12). */
export class NoSuchRecording extends PrivityError {
  constructor() {
    super('not-found', 404, 'there is no such recording');
  }
}

/** The person's roles do not include one that listens. */
export class PlaybackForbidden extends PrivityError {
  constructor() {
    super('playback-refused', 403, 'none of your roles may listen to recordings');
  }
}

export interface PlaybackRequest {
  readonly purpose: string;
  readonly caseNumber?: string;
}

export interface Sound {
  readonly stream: Readable;
  /** Plain bytes of the whole recording. */
  readonly size: number;
  /** Undefined: all of it. */
  readonly range: ByteRange | undefined;
}

interface Listener {
  readonly recording: string;
  readonly playback: string;
  readonly who: Principal;
  readonly rangeHeader: string | undefined;
  /** Aborted when the recording is sealed, or when that could not be seen. */
  readonly sealed: AbortSignal;
  readonly leave: () => void;
}

/** What refusals name when the client's id cannot be one of ours: free text must not get into an event. */
const NO_ID = 'unknown';

/** Grants and serves playbacks: the event comes before the sound, and refusals are events (P4). */
@Injectable()
export class Playbacks {
  constructor(
    private readonly store: EventStore,
    private readonly sessions: PlaybackSessions,
    private readonly calls: CallMedia,
    private readonly keys: RecordingKeys,
    private readonly folder: MediaFolder,
    private readonly active: ActivePlaybacks,
  ) {}

  /** @throws PlaybackForbidden, NoSuchRecording; their event is durable */
  async ask(asked: string, who: Principal, request: PlaybackRequest): Promise<{ readonly playbackId: string }> {
    const recording = isUuid(asked) ? asked.toLowerCase() : NO_ID;
    const playback = uuidv7();
    const listener = { roles: who.roles, ...(who.facility === undefined ? {} : { facility: who.facility }) };
    const command: AskPlayback = { type: 'AskPlayback', recording, playback, listener, ...request };
    await this.pass(recording, command, who);
    await this.sessions.open(playback, { recording, person: who.subject });
    return { playbackId: playback };
  }

  /** The sound of a granted playback. @throws NoSuchRecording, RangeNotSatisfiable, MediaBroken */
  async listen(playback: string, who: Principal, rangeHeader: string | undefined): Promise<Sound> {
    const session = isUuid(playback) ? await this.sessions.find(playback) : undefined;
    const recording = session?.recording ?? NO_ID;
    const samePerson = session === undefined || session.person === who.subject;
    const command: RecordingCommand = { type: 'ContinuePlayback', recording, playback, samePerson };
    if (session === undefined) await this.pass(recording, command, who);
    const sealed = new AbortController();
    // Before anything is checked: a seal that comes between check and sound must find somebody to cut off.
    const leave = this.active.add(recording, () => sealed.abort());
    try {
      await this.pass(recording, command, who);
      const reader = await this.open(recording);
      try {
        if (sealed.signal.aborted) {
          await this.pass(recording, command, who);
          // Not sealed, but nobody could have seen it: a signal that was given cannot cut off a second time.
          throw new StoreUnavailable('seals could not be seen');
        }
        return this.sound(reader, { recording, playback, who, rangeHeader, sealed: sealed.signal, leave });
      } catch (error) {
        await reader.close();
        throw error;
      }
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Nothing is awaited in here: whatever seals the recording from now on cuts this very stream. */
  private sound(reader: ObjectReader, listener: Listener): Sound {
    const { recording, playback, who, rangeHeader, sealed, leave } = listener;
    const size = reader.bytes;
    const range = byteRange(rangeHeader, size);
    const report = async (ranges: readonly (readonly [number, number])[]): Promise<void> => {
      const command: RecordingCommand = { type: 'ReportHeard', playback, ranges };
      await handleCommand(this.store, recordingDecider, recordingStream(recording), command, { actor: who.subject });
    };
    const register = (cut: () => void) => {
      sealed.addEventListener('abort', cut, { once: true });
      return leave;
    };
    return { stream: listening({ reader, range: range ?? { from: 0, to: size }, report, register }), size, range };
  }

  /** Makes the decision durable. @throws PlaybackForbidden, NoSuchRecording where it was a refusal */
  private async pass(recording: string, command: RecordingCommand, { subject: actor }: Principal): Promise<void> {
    if (recording !== NO_ID) {
      const { events } = await handleCommand(this.store, recordingDecider, recordingStream(recording), command, {
        actor,
      });
      return throwIfRefused(events);
    }
    // All such refusals share one stream: reading it, or racing for its end, would make them answer differently.
    const events = recordingDecider.decide(command, recordingDecider.initialState());
    await this.store.append(recordingStream(NO_ID), 'any', newEvents(events, { actor }));
    throwIfRefused(events);
  }

  private async open(recording: string): Promise<ObjectReader> {
    const state = await readState(this.store, recordingDecider, recordingStream(recording));
    const [callId, key] = await Promise.all([
      this.calls.callIdOf(recording),
      this.keys.find([recording]).then((keys) => keys.get(recording)),
    ]);
    if (callId === undefined || key === undefined) throw new MediaBroken('the key of this recording is gone');
    const reader = await ObjectReader.open(this.folder.pathOf({ call: state.call, callId, recording }), recording, key);
    if (reader.bytes === state.bytes) return reader;
    await reader.close();
    throw new MediaBroken('the object is not as long as its event says');
  }
}

function throwIfRefused(events: readonly RecordingEvent[]): void {
  for (const event of events) {
    if (event.type !== 'recording.PlaybackRefused') continue;
    throw event.data.reason === 'role' ? new PlaybackForbidden() : new NoSuchRecording();
  }
}
