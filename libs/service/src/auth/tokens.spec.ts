import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it, jest } from '@jest/globals';
import { SignJWT } from 'jose';

import { signToken, TokenVerifier } from './tokens.js';

const ours = generateKeyPairSync('ed25519');
const foreign = generateKeyPairSync('ed25519');
const verifier = new TokenVerifier(ours.publicKey);
const bearer = async (token: Promise<string>) => verifier.verify(`Bearer ${await token}`);
const refused = { code: 'unauthenticated', status: 401 };

describe('a token', () => {
  it('says who asks', async () => {
    const token = signToken(ours.privateKey, {
      subject: 'ines',
      roles: ['investigator'],
      facility: 'F1',
      ttlSeconds: 60,
    });
    expect(await bearer(token)).toMatchObject({
      subject: 'ines',
      roles: ['investigator'],
      facility: 'F1',
      client: 'privity',
    });
  });

  it('signed by another key is refused', async () => {
    await expect(
      bearer(signToken(foreign.privateKey, { subject: 'x', roles: [], ttlSeconds: 60 })),
    ).rejects.toMatchObject(refused);
  });

  it('that has expired is refused, also when it was good before', async () => {
    await expect(bearer(signToken(ours.privateKey, { subject: 'x', roles: [], ttlSeconds: -1 }))).rejects.toThrow(
      /expired/,
    );
    const token = await signToken(ours.privateKey, { subject: 'x', roles: [], ttlSeconds: 60 });
    await verifier.verify(`Bearer ${token}`);
    jest.useFakeTimers({ now: Date.now() + 61_000, doNotFake: ['nextTick', 'setImmediate'] });
    try {
      await expect(verifier.verify(`Bearer ${token}`)).rejects.toThrow(/expired/);
    } finally {
      jest.useRealTimers();
    }
  });

  it.each([undefined, '', 'Basic eDp5', 'Bearer', 'Bearer not-a-token', 'Bearer a.b.c'])(
    'is not %p',
    async (header) => {
      await expect(verifier.verify(header)).rejects.toMatchObject(refused);
    },
  );

  it('without expiry, of another issuer, with another algorithm or an unknown role is refused', async () => {
    const base = () => new SignJWT({ roles: ['auditor'] }).setSubject('x').setProtectedHeader({ alg: 'EdDSA' });
    const exp = Math.floor(Date.now() / 1000) + 60;
    await expect(bearer(base().setIssuer('privity').sign(ours.privateKey))).rejects.toMatchObject(refused);
    await expect(
      bearer(base().setIssuer('elsewhere').setExpirationTime(exp).sign(ours.privateKey)),
    ).rejects.toMatchObject(refused);
    const king = new SignJWT({ roles: ['king'] }).setSubject('x').setIssuer('privity').setExpirationTime(exp);
    await expect(bearer(king.setProtectedHeader({ alg: 'EdDSA' }).sign(ours.privateKey))).rejects.toThrow(/role/);
    for (const claims of [{ facility: 7 }, { facility: null }, { client: ['a'] }]) {
      const odd = new SignJWT({ roles: ['auditor'], ...claims }).setSubject('x').setIssuer('privity');
      const token = odd.setExpirationTime(exp).setProtectedHeader({ alg: 'EdDSA' }).sign(ours.privateKey);
      await expect(bearer(token)).rejects.toMatchObject(refused);
    }
    const hmac = new SignJWT({ roles: ['auditor'] }).setSubject('x').setIssuer('privity').setExpirationTime(exp);
    const key = ours.publicKey.export({ format: 'der', type: 'spki' });
    await expect(bearer(hmac.setProtectedHeader({ alg: 'HS256' }).sign(key))).rejects.toMatchObject(refused);
  });
});
