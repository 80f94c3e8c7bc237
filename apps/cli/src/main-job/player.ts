import type { PrivityClient } from '@privity/client';
import { isPassing, ProblemError } from '@privity/client';
import { audioSeconds, frames, generatedAudio } from './audio.js';
import type { RecordedCall } from './export.js';
import type { Journal, PlayedCall } from './journal.js';
import { patiently } from './patience.js';

/** How many calls are under way at once: enough to keep two cores busy, few enough for every permit to be renewed. */
const IN_FLIGHT = 24;

export interface Playing {
  /** One that repeats what may pass. */
  readonly client: PrivityClient;
  readonly journal: Journal;
  /** Told after each call. */
  readonly progress: (done: number) => void;
  /** Aborted: no further call is begun. */
  readonly signal: AbortSignal;
}

/** Plays what the journal does not have yet, begun in the order given, several at once. */
export async function playCalls(calls: readonly RecordedCall[], playing: Playing): Promise<void> {
  const waiting = calls.filter(({ callId }) => playing.journal.played(callId) === undefined);
  let done = calls.length - waiting.length;
  let next = 0;
  let failed = false;
  playing.progress(done);
  const work = async () => {
    while (!failed && !playing.signal.aborted) {
      const call = waiting[next++];
      if (!call) return;
      try {
        playing.journal.finish(await playCall(call, playing));
      } catch (error) {
        failed = true;
        throw new Error(`call ${call.callId}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
      playing.progress(++done);
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, work));
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  playing.signal.throwIfAborted();
}

/** One call as a dialler makes it: asks, plays the notice, connects, records where there is a permit, hangs up. */
async function playCall(call: RecordedCall, { client: { calls }, journal }: Playing): Promise<PlayedCall> {
  const { callId, facility, caller, dialed, at } = call;
  const repeated = journal.wasBegun(callId);
  if (!repeated) journal.begin(callId);
  const answer = await calls.decide({ callId, facility, caller, dialed, at });
  const played = { callId, decision: answer.decision };
  if (answer.outcome === 'deny') return { ...played, outcome: 'denied' };
  const parties = answer.notices.filter(({ acceptance }) => acceptance === 'required').map(({ party }) => party);
  let permit: string | undefined;
  const answerNotices = async (result: 'accepted' | 'declined') => {
    for (const party of parties) {
      const progress = await calls.notice(callId, { party, result }).catch(unlessEnded);
      permit = progress?.permit ?? permit;
    }
  };

  if (call.completion !== 'COMPLETE') {
    if (call.completion === 'REFUSED') await answerNotices('declined');
    await calls.ended(callId, at);
    return { ...played, outcome: 'not-connected' };
  }
  await answerNotices('accepted');
  await calls.connected(callId, at).catch(unlessEnded);
  const media = permit === undefined ? undefined : await sendAudio(calls, call, permit, repeated);
  await calls.ended(callId, new Date(Date.parse(at) + call.seconds * 1000).toISOString());
  return { ...played, outcome: 'connected', ...media };
}

/**
 * Streams the call's audio in frames of 20 ms. What an attempt recorded that was broken off stands: a call is not
 * recorded twice. Where recording was not permitted any more the call goes on without.
 */
async function sendAudio(
  calls: PrivityClient['calls'],
  { callId, seconds }: RecordedCall,
  permit: string,
  repeated: boolean,
): Promise<Pick<PlayedCall, 'recording' | 'bytes'> | undefined> {
  const audio = generatedAudio(callId, audioSeconds(callId, seconds));
  const stream = async function* () {
    yield* frames(audio);
  };
  let maybeRecorded = repeated;
  try {
    const { recording, bytes, ending } = await patiently(() =>
      calls.media(callId, permit, stream()).catch((error: unknown) => {
        if (isPassing(error)) maybeRecorded = true;
        throw error;
      }),
    );
    // What the recorder did not cut off itself must be whole, whatever it says of it.
    return { recording, bytes: ending === 'ended' ? audio.length : bytes };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.code === 'permit-refused' || (error.code === 'already-recorded' && maybeRecorded)) return undefined;
    throw error;
  }
}

/** A run that was broken off may have ended this call already; what it did before stands. */
function unlessEnded(error: unknown): undefined {
  if (error instanceof ProblemError && ['call-ended', 'permit-revoked'].includes(error.code)) return undefined;
  throw error;
}
