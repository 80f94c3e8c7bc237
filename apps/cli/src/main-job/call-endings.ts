import type { EventEnvelope } from '@privity/event-store';
import type { MediaRefused, NoMediaAttested } from '@privity/recording';
import { type PermitRevoked, REASONS, type ReasonCode } from '@privity/routing';

/** What the log says of how calls' recordings came to nothing, or to less. Events are taken in the order of the log. */
export class CallEndings {
  /** Stream of the call, by the event id of its decision. */
  readonly #calls = new Map<string, string>();
  readonly #attested = new Set<string>();
  readonly #revoked = new Map<string, readonly ReasonCode[]>();
  readonly #refused = new Map<string, MediaRefused['data']['reason']>();

  take({ id, type, subject, data }: Pick<EventEnvelope, 'id' | 'type' | 'subject' | 'data'>): void {
    if (type === 'routing.CallDecided') this.#calls.set(id, subject);
    if (type === 'routing.PermitRevoked') this.#revoked.set(subject, (data as PermitRevoked['data']).reasons);
    if (type === 'recording.NoMediaAttested') this.#attested.add((data as NoMediaAttested['data']).decision);
    if (type === 'recording.MediaRefused') {
      const { call, reason } = data as MediaRefused['data'];
      if (call !== undefined) this.#refused.set(call, reason);
    }
  }

  /** Whether the recorder attested that nothing was kept of the call so decided. */
  isAttested(decision: string): boolean {
    return this.#attested.has(decision);
  }

  /** Why a call whose decision let it be recorded was not; undefined where no event says so. */
  whyUnrecorded(decision: string): string | undefined {
    const call = this.#calls.get(decision) ?? '';
    const reasons = this.#revoked.get(call);
    if (reasons !== undefined) return reasons.find((code) => REASONS[code] === 'unrecorded') ?? 'notice-declined';
    const refused = this.#refused.get(call);
    return refused === undefined ? undefined : `media-refused: ${refused}`;
  }
}
