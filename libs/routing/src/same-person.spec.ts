import { describe, expect, it } from '@jest/globals';
import { samePersonText } from './same-person.js';

describe('two bookings', () => {
  const one = samePersonText('Van-der-Berg', 'Chloë', '1990-01-01');
  it.each([
    ['VAN DER BERG', 'chloe', '1990-01-01'],
    ['Van der Berg, Jr.', 'Chloë', '1990-01-01'],
  ])('of %s, %s, born %s are one person’s', (...person) => {
    expect(samePersonText(...person)).toBe(one);
  });

  it.each([
    ['Van-der-Berg', 'Chloë', '1990-01-02'],
    ['Vander', 'BergChloë', '1990-01-01'],
    ['Van-der-Berg', 'Zoë', '1990-01-01'],
  ])('of %s, %s, born %s are another’s', (...person) => {
    expect(samePersonText(...person)).not.toBe(one);
  });

  it('say nothing where a name or the date of birth is missing', () => {
    expect(samePersonText('Berg', 'Zoë', '')).toBeUndefined();
    expect(samePersonText('Berg', ' ', '1990-01-01')).toBeUndefined();
    expect(samePersonText('Jr.', 'Zoë', '1990-01-01')).toBeUndefined();
  });
});
