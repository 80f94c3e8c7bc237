import { describe, expect, it } from '@jest/globals';
import { Replicas } from './replicas.js';

describe('the replicas of a service', () => {
  it('are asked in turn', () => {
    const replicas = new Replicas(['a', 'b', 'c']);
    expect([1, 2, 3, 4].map(() => replicas.inTurn()[0])).toEqual(['a', 'b', 'c', 'a']);
    expect(replicas.inTurn()).toEqual(['b', 'c', 'a']);
  });

  it('are asked last for two seconds after they gave no answer, but still asked', () => {
    let now = 0;
    const replicas = new Replicas(['a', 'b'], () => now);
    replicas.silent('a');
    expect([replicas.inTurn(), replicas.inTurn()]).toEqual([
      ['b', 'a'],
      ['b', 'a'],
    ]);
    replicas.silent('b');
    expect([...replicas.inTurn()].sort()).toEqual(['a', 'b']);
    replicas.answers('b');
    expect(replicas.inTurn()[0]).toBe('b');
    now = 2_001;
    expect([replicas.inTurn()[0], replicas.inTurn()[0]].sort()).toEqual(['a', 'b']);
  });
});
