import { createHmac } from 'node:crypto';
import { lengthPrefixed } from '@privity/kernel';
import type { CallEnded } from '@privity/routing/events';
import type { RaiseFinding } from './commands.js';
import type { Shown } from './matters.js';

/**
 * Stream of a client: whoever had calls decided, as the `actor` of the decisions. Keyed, since it may be a person.
 * @param key secret of the purpose `client-id`
 */
export function clientStream(actor: string, key: Buffer): string {
  return `client-${createHmac('sha256', key).update(lengthPrefixed(actor)).digest('base64url')}`;
}

/** Nobody connected the call or said that it ended: all that was asked for was the answer. */
export function isUnused({ connected, by }: CallEnded['data']): boolean {
  return by === 'timeout' && !connected;
}

/**
 * Answers that nobody dials for may be questions about who is a lawyer. One per client and hour (UTC); who it is stands
 * in the decision that the evidence names as its cause, not here.
 * @param unused how many calls of this client came to nothing within an hour
 * @param limit how many may
 */
export function probing(
  { id, time }: Pick<Shown<CallEnded>, 'id' | 'time'>,
  client: string,
  unused: number,
  limit: number,
): RaiseFinding | undefined {
  if (unused <= limit) return undefined;
  const detail = `a client had more than ${limit} calls decided within an hour that it neither connected nor ended`;
  return { type: 'RaiseFinding', kind: 'probing', evidence: id, about: client, detail, occasion: time.slice(0, 13) };
}
