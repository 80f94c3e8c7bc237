import { describe, expect, it } from '@jest/globals';
import { isCallId, permitClaims, samePermit } from './permit.js';

const claims = {
  jti: 'j-1',
  call: `call-${'A'.repeat(43)}`,
  callId: 'C-000001',
  decision: '01890000-0000-7000-8000-0000000000d1',
  facility: 'TX-07',
  caller: `e1.${'c'.repeat(43)}`,
  dialed: `e1.${'d'.repeat(43)}`,
};

describe('a permit', () => {
  it('is read when all it must name is there', () => {
    expect(permitClaims({ ...claims, iat: 1 })).toEqual(claims);
  });

  it.each(Object.keys(claims))('is none without %s', (name) => {
    expect(permitClaims({ ...claims, [name]: undefined })).toBeUndefined();
    expect(permitClaims({ ...claims, [name]: 7 })).toBeUndefined();
  });

  it('is none when a name could lead out of its folder', () => {
    expect(permitClaims({ ...claims, callId: '../../x' })).toBeUndefined();
    expect(permitClaims({ ...claims, call: 'call-../../../../../../../../../../../../../../../../x' })).toBeUndefined();
    expect(isCallId('a/b')).toBe(false);
    expect(isCallId('a'.repeat(65))).toBe(false);
    expect(isCallId('C-1.b_2')).toBe(true);
  });

  it('is renewed only by one for the same call, parties and decision', () => {
    expect(samePermit(claims, { ...claims, jti: 'j-2' })).toBe(true);
    for (const name of ['call', 'callId', 'decision', 'facility', 'caller', 'dialed']) {
      expect(samePermit(claims, { ...claims, [name]: 'other' })).toBe(false);
    }
  });
});
