import { createHmac } from 'node:crypto';
import { lengthPrefixed } from '@privity/kernel';

/** What a client may call its calls: it becomes part of an object name, so it holds no separator and is not `.` or `..`. */
export const CALL_ID = /^(?!\.+$)[A-Za-z0-9._-]{1,64}$/;

/**
 * The stream of a call. Keyed, so that nobody without the key can tell from a stream id whether a call of that name
 * exists; per client, so that two diallers cannot collide.
 * @param key secret of the purpose `call-id`
 */
export function callStream(client: string, callId: string, key: Buffer): string {
  return `call-${createHmac('sha256', key).update(lengthPrefixed(client, callId)).digest('base64url')}`;
}

export function callerStream(caller: string): string {
  return `caller-${caller}`;
}

/** What was claimed of a number, and the calls it got since. */
export function claimedStream(dialed: string): string {
  return `claimed-${dialed}`;
}

/** The states' rules on consent, all in one. */
export const JURISDICTIONS_STREAM = 'jurisdictions';

export function facilityStream(facility: string): string {
  return `facility-${facility}`;
}
