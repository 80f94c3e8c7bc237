import { InvalidInput, parseNumber } from '@privity/kernel';
import type { E164 } from '@privity/kernel';

/** A number out of a request. @throws InvalidInput naming the field, without repeating what stood there */
export function readNumber(text: string, field: string): E164 {
  const parsed = parseNumber(text);
  if (!parsed.ok) throw new InvalidInput(field, `is not a telephone number of ten digits (${parsed.reason})`);
  return parsed.number;
}
