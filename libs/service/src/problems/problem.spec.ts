import { describe, expect, it } from '@jest/globals';

import { toProblem } from './problem.js';

describe('toProblem', () => {
  it.each([
    ['a server that is being stopped', Object.assign(new Error('terminating connection'), { code: '57P01' })],
    ['a server that is not there', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a driver error inside', Object.assign(new Error('x'), { driverError: new Error('Connection terminated') })],
  ])('says of %s that it may pass, and nothing else', (_what, error) => {
    expect(toProblem(error)).toEqual({
      type: 'urn:privity:problem:unavailable',
      title: 'Service unavailable',
      status: 503,
      code: 'unavailable',
    });
  });

  it('keeps a request that no waiting helps apart from it', () => {
    expect(toProblem(Object.assign(new Error('syntax'), { code: '42601' })).status).toBe(500);
    expect(toProblem(Object.assign(new Error('too large'), { statusCode: 413 })).status).toBe(413);
  });
});
