import { InvalidEvent } from './errors.js';

const MAX_DEPTH = 32;
/** NUL, which PostgreSQL cannot hold, and halves of surrogate pairs, which UTF-8 cannot. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

export function isStorableText(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/**
 * Refuses what JSON would drop or change in silence (NaN, functions, dates, cycles), so that the bytes out are what the
 * caller meant. `field` is the path for the error. A property that is `undefined` counts as absent.
 */
export function requireJson(value: unknown, field: string, depth = 0): void {
  switch (typeof value) {
    case 'string':
      if (!isStorableText(value)) throw new InvalidEvent(field, 'holds a NUL or half a surrogate pair');
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new InvalidEvent(field, 'is not a finite number');
      return;
    case 'boolean':
      return;
    case 'object':
      if (value !== null) requireContainer(value, field, depth);
      return;
    default:
      throw new InvalidEvent(field, `is not JSON (${typeof value})`);
  }
}

function requireContainer(value: object, field: string, depth: number): void {
  if (depth === MAX_DEPTH) throw new InvalidEvent(field, `is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) requireJson(value[i], `${field}[${i}]`, depth + 1);
    return;
  }
  if (!isPlain(value)) throw new InvalidEvent(field, 'is not a plain object');
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorableText(key)) throw new InvalidEvent(field, 'has a name with a NUL or half a surrogate pair');
    if (inner !== undefined) requireJson(inner, `${field}.${key}`, depth + 1);
  }
}

/** Also true of objects from another realm, whose Object.prototype is not ours. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && !('toJSON' in value);
}
