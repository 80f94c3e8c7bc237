import { InvalidInput } from '@privity/kernel';
import type { Principal } from '@privity/service';

const ALLOWED_MS = 5 * 60_000;

/**
 * A client's clock governs presence and hours only, and may be five minutes off; whoever plays calls of another time needs the role
 * `simulate`. @throws InvalidInput naming `at`
 */
export function acceptClock(at: string | undefined, asker: Principal): void {
  if (at === undefined || asker.roles.includes('simulate')) return;
  if (Math.abs(Date.parse(at) - Date.now()) > ALLOWED_MS) {
    throw new InvalidInput('at', 'is more than five minutes off; that needs the role simulate');
  }
}
