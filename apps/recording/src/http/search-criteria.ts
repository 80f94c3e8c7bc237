import { InvalidInput } from '@privity/kernel';
import { isCallId } from '@privity/recording';
import { readCursor, type SearchCriteria } from '../read-models/recording-search.js';

const MOST = 500;
const KNOWN = new Set(['call', 'facility', 'from', 'to', 'after', 'limit']);

/** Reads the query string. Throws InvalidInput naming the parameter. */
export function searchCriteria(query: Readonly<Record<string, unknown>>): SearchCriteria {
  const criteria: { -readonly [K in keyof SearchCriteria]: SearchCriteria[K] } = { limit: 50 };
  for (const [name, value] of Object.entries(query)) {
    if (!KNOWN.has(name) || typeof value !== 'string') throw new InvalidInput(name.slice(0, 32), 'is not understood');
  }
  const text = (name: string): string | undefined => query[name] as string | undefined;
  const call = text('call');
  if (call !== undefined) criteria.call = checked('call', call, isCallId(call));
  const facility = text('facility');
  if (facility !== undefined)
    criteria.facility = checked('facility', facility, /^[A-Za-z0-9._ -]{1,64}$/.test(facility));
  const from = text('from');
  if (from !== undefined) criteria.from = time('from', from);
  const to = text('to');
  if (to !== undefined) criteria.to = time('to', to);
  const after = text('after');
  if (after !== undefined) {
    const cursor = readCursor(after);
    if (cursor === undefined) throw new InvalidInput('after', 'is not the next of an answer');
    criteria.after = cursor;
  }
  const limit = text('limit');
  if (limit !== undefined) {
    const wanted = Number(limit);
    if (!/^\d{1,3}$/.test(limit) || wanted < 1 || wanted > MOST)
      throw new InvalidInput('limit', `must be 1 to ${MOST}`);
    criteria.limit = wanted;
  }
  return criteria;
}

function checked(field: string, value: string, good: boolean): string {
  if (!good) throw new InvalidInput(field, 'has a form that none has here');
  return value;
}

function time(field: string, value: string): string {
  const at = Date.parse(value);
  if (!/^\d{4}-\d\d-\d\dT/.test(value) || Number.isNaN(at)) throw new InvalidInput(field, 'must be an RFC 3339 time');
  return new Date(at).toISOString();
}
