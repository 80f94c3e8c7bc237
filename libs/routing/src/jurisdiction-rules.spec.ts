import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '@privity/kernel';
import type { JurisdictionRule } from './events.js';
import { orderedRules } from './jurisdiction-rules.js';

const rule = (change: Partial<JurisdictionRule> = {}): JurisdictionRule => ({
  state: 'CA',
  consent: 'all-party',
  from: '2020-01-01',
  source: 'Cal. Penal Code 632',
  ...change,
});
const fieldOf = (...rules: JurisdictionRule[]) => {
  try {
    orderedRules(rules);
  } catch (error) {
    return error instanceof InvalidInput ? error.field : error;
  }
  return undefined;
};

describe('rules', () => {
  it.each([
    ['a month that is none', 'rules.1.from', [rule({ state: 'NY' }), rule({ from: '2020-13-01' })]],
    ['a day that the month does not have', 'rules.0.from', [rule({ from: '2021-02-29' })]],
    ['a last day that is none', 'rules.0.until', [rule({ until: '2021-04-31' })]],
    ['a last day before the first', 'rules.0.until', [rule({ until: '2019-12-31' })]],
    ['two without an end', 'rules.1.from', [rule(), rule({ from: '2021-01-01' })]],
    ['one day that both have', 'rules.1.from', [rule({ from: '2021-01-01' }), rule({ until: '2021-01-01' })]],
    ['the same, the other way round', 'rules.1.from', [rule({ until: '2021-01-01' }), rule({ from: '2021-01-01' })]],
    ['one inside the other', 'rules.1.from', [rule(), rule({ from: '2021-01-01', until: '2021-12-31' })]],
    ['the same twice', 'rules.1.from', [rule(), rule()]],
  ])('with %s are refused at %s', (_, field, rules) => {
    expect(fieldOf(...rules)).toBe(field);
  });

  it('may follow each other from day to day, and those of other states overlap', () => {
    const earlier = rule({ until: '2020-12-31', consent: 'one-party' });
    expect(fieldOf(rule({ from: '2021-01-01' }), earlier, rule({ state: 'NY' }))).toBeUndefined();
  });

  it('have one text, whatever the order of rules and fields', () => {
    const rules = [rule({ state: 'NY' }), rule({ from: '2021-01-01' }), rule({ until: '2020-12-31' })];
    const turned = rules.map((one) => Object.fromEntries(Object.entries(one).reverse()) as unknown as JurisdictionRule);
    const text = JSON.stringify(orderedRules(rules));
    expect(JSON.stringify(orderedRules(turned.reverse()))).toBe(text);
    expect((JSON.parse(text) as JurisdictionRule[]).map(({ state, from }) => state + from)).toEqual([
      'CA2020-01-01',
      'CA2021-01-01',
      'NY2020-01-01',
    ]);
  });
});
