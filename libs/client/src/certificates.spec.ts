import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { CertificateRefused, verifyCertificate } from './certificates.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function jws(header: object, payload: object = { at: '2026-01-01T00:00:00.000Z', count: 3 }): string {
  const signed = `${part(header)}.${part(payload)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

describe('a certificate', () => {
  const header = { alg: 'EdDSA', kid: 'registry', typ: 'privity-registry-certificate' };
  const whole = jws(header);

  it('is read where the signature holds', () => {
    expect(verifyCertificate(`${whole}\n`, publicKey)).toEqual({
      ...{ typ: 'privity-registry-certificate', at: '2026-01-01T00:00:00.000Z', count: 3 },
    });
    expect(verifyCertificate(jws({ ...header, typ: 'privity-list-certificate' }), publicKey)).toMatchObject({
      count: 3,
    });
  });

  it('is refused where a single character of it differs', () => {
    for (let i = 0; i < whole.length; i += 1) {
      const other = whole[i] === 'A' ? 'B' : 'A';
      const altered = `${whole.slice(0, i)}${other}${whole.slice(i + 1)}`;
      expect(() => verifyCertificate(altered, publicKey)).toThrow(CertificateRefused);
    }
  });

  it('is refused of another signer', () => {
    const { publicKey: others } = generateKeyPairSync('ed25519');
    expect(() => verifyCertificate(whole, others)).toThrow('signature does not hold');
  });

  it.each([
    ['a heartbeat', jws({ ...header, typ: 'privity-heartbeat' }), 'something else'],
    ['without a type', jws({ alg: 'EdDSA' }), 'something else'],
    ['that names another algorithm', jws({ ...header, alg: 'none' }), 'another way'],
    ['with an extension', jws({ ...header, crit: ['b64'] }), 'another way'],
    ['cut off', whole.slice(0, whole.lastIndexOf('.')), 'three parts'],
    ['that is no text of that form', 'a.b.c', 'base64url'],
    ['that is nothing', '', 'three parts'],
  ])('is not taken for one: %s', (_, text, why) => {
    expect(() => verifyCertificate(text, publicKey)).toThrow(why);
  });
});
