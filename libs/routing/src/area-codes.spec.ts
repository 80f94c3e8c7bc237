import { describe, expect, it } from '@jest/globals';
import { stateOfNumber } from './area-codes.js';

describe('the state of a number', () => {
  it.each([
    ['+12125550101', 'NY'],
    ['+12075550101', 'ME'],
    ['+12025550101', 'DC'],
    ['+14135550101', 'MA'],
    ['+14835550101', 'AL'],
  ])('%s is %s', (number, state) => {
    expect(stateOfNumber(number)).toBe(state);
  });

  it.each([
    ['Toronto', '+14165550101'],
    ['Puerto Rico', '+17875550101'],
    ['Jamaica', '+18765550101'],
    ['Guam', '+16715550101'],
    ['a toll-free number', '+18005550101'],
    ['a personal number', '+15005550101'],
    ['a code that nobody has', '+12115550101'],
    ['another plan', '+442125550101'],
    ['nothing', ''],
  ])('of %s is not known', (_, number) => {
    expect(stateOfNumber(number)).toBeUndefined();
  });

  it('is one of fifty and the District, each of which has a code, and no code is of two', () => {
    const states = new Map<string, number>();
    for (let code = 200; code < 1000; code += 1) {
      const state = stateOfNumber(`+1${code}5550101`);
      if (state !== undefined) states.set(state, (states.get(state) ?? 0) + 1);
    }
    expect(states.size).toBe(51);
    expect([states.get('CA'), states.get('WY')]).toEqual([41, 1]);
  });
});
