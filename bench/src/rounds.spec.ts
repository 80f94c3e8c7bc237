import { describe, expect, it } from '@jest/globals';
import { atLeast, atMost, verdict } from './line.js';
import { alternate, median, medians, percentile } from './rounds.js';

describe('rounds', () => {
  it('measure both sides equally often, each as often first, after one that is thrown away', async () => {
    const order: string[] = [];
    const side = (name: string) => async () => {
      order.push(name);
      return { rate: order.length };
    };
    await alternate(4, side('ours'), side('peer'));
    expect(order.join(' ')).toBe('ours peer ours peer peer ours ours peer peer ours');
  });

  it('give the middle of each figure, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 9, 2])).toBe(3);
    expect(
      medians([
        { rate: 3, p99: 1 },
        { rate: 1, p99: 3 },
        { rate: 2, p99: 2 },
      ]),
    ).toEqual({ rate: 2, p99: 2 });
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
  });

  it('judge a rate from below and a latency from above', () => {
    expect([7, 8, 12].map((value) => verdict(atLeast('ratio', value, 8, 12)))).toEqual(['below', 'floor', 'aim']);
    expect([1200, 900, 200].map((value) => verdict(atMost('p99', value, 1000, 250)))).toEqual([
      'below',
      'floor',
      'aim',
    ]);
    expect(verdict(atLeast('flat', 0.9, 0.8))).toBe('aim');
  });
});
