import type { E164 } from '@privity/kernel';

const ASSIGNABLE = /^\+1[2-9]\d{9}$/;
const PREFIX = '+1';

/** The numbers that a slip of the finger makes of this one: one digit another, or two neighbours the other way round (T12). */
export function nearNumbers(number: E164): readonly E164[] {
  const digits = [...number.slice(PREFIX.length)];
  const slips = digits.flatMap((digit, at) => [
    ...[...'0123456789'].map((other) => digits.with(at, other)),
    ...(at === 0 ? [] : [digits.with(at, digits[at - 1] ?? '').with(at - 1, digit)]),
  ]);
  const near = new Set(slips.map((slip) => `${PREFIX}${slip.join('')}`));
  near.delete(number);
  return [...near].filter((slip): slip is E164 => ASSIGNABLE.test(slip));
}
