import { plainName } from '@privity/kernel';

/**
 * What two bookings of one person have in common, to be indexed blindly: surname, first name and date of birth, however
 * accents, case and hyphens are written. Undefined where one of them is missing: too many people would be alike.
 * @param born YYYY-MM-DD
 */
export function samePersonText(last: string, first: string, born: string): string | undefined {
  const parts = [plainName(last), plainName(first), born];
  return parts.includes('') ? undefined : parts.join('\n');
}
