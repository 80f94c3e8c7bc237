import { InvalidInput } from '@privity/kernel';
import type { JurisdictionRule } from './events.js';

const DAY = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$' } as const;
/** All rules are one event of at most 60 KiB: this many of the longest fit. */
const MOST = 180;

/** JSON Schema (2020-12 subset) of all rules. What it cannot say, `orderedRules` checks. */
export const JURISDICTION_RULES_SCHEMA = {
  $id: 'urn:privity:jurisdiction-rules:1',
  type: 'object',
  additionalProperties: false,
  required: ['rules'],
  properties: {
    rules: {
      type: 'array',
      maxItems: MOST,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['state', 'consent', 'from', 'source'],
        properties: {
          state: { type: 'string', pattern: '^[A-Z]{2}$' },
          consent: { enum: ['all-party', 'one-party'] },
          from: DAY,
          until: DAY,
          source: {
            type: 'string',
            pattern: '^[\\u0020-\\u007e\\u00a7]*[!-~][\\u0020-\\u007e\\u00a7]*$',
            maxLength: 120,
          },
        },
      },
    },
  },
} as const;

/**
 * The same rules have the same text whatever the order in which they, and their fields, were written.
 * @throws InvalidInput naming the first field, as it was given, that is no day of the calendar or overlaps another rule
 */
export function orderedRules(rules: readonly JurisdictionRule[]): readonly JurisdictionRule[] {
  rules.forEach(({ from, until }, n) => {
    if (!isDay(from)) throw new InvalidInput(`rules.${n}.from`, 'is no day of the calendar');
    if (until !== undefined && !isDay(until)) throw new InvalidInput(`rules.${n}.until`, 'is no day of the calendar');
    if (until !== undefined && until < from) throw new InvalidInput(`rules.${n}.until`, 'is before the first day');
  });
  rules.forEach((rule, n) => {
    const other = rules.slice(0, n).findIndex((earlier) => overlap(earlier, rule));
    if (other >= 0) throw new InvalidInput(`rules.${n}.from`, `is a day for which rules.${other} says what holds`);
  });
  return rules
    .map(({ state, consent, from, until, source }) => ({
      state,
      consent,
      from,
      ...(until === undefined ? {} : { until }),
      source,
    }))
    .sort((a, b) => (`${a.state}${a.from}` < `${b.state}${b.from}` ? -1 : 1));
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function overlap(one: JurisdictionRule, other: JurisdictionRule): boolean {
  if (one.state !== other.state) return false;
  return (other.until === undefined || one.from <= other.until) && (one.until === undefined || other.from <= one.until);
}
