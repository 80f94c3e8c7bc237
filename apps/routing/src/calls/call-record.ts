import { parseEnvelope } from '@privity/event-store';
import type { Principal } from '@privity/service';
import { type CallAnswer, callAnswer } from './call-answer.js';
import { type BookedCall, decisionId } from './call-book.js';

export interface CallRecord {
  readonly callId: string;
  readonly state: 'denied' | 'decided' | 'connected' | 'ended';
  readonly decision: CallAnswer;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly time: string;
    readonly sequence: number;
    /** Where the public port proves that the event is in the log. */
    readonly proof: string;
  }[];
}

export function callStateOf({ state }: BookedCall): CallRecord['state'] {
  if (state.decision?.outcome === 'deny') return 'denied';
  if (state.ended) return 'ended';
  return state.connected ? 'connected' : 'decided';
}

export function callRecord(callId: string, call: BookedCall, asker: Principal): CallRecord {
  const { decision } = call.state;
  if (decision === undefined) throw new Error('a booked call without a decision');
  return {
    callId,
    state: callStateOf(call),
    decision: callAnswer(callId, decisionId(call), decision, asker),
    events: call.events.map(({ id, type, sequence, text }) => ({
      id,
      type,
      time: parseEnvelope(text).time,
      sequence,
      proof: `/api/audit/events/${id}/proof`,
    })),
  };
}
