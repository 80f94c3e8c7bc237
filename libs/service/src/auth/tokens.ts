import type { KeyObject } from 'node:crypto';

import { PrivityError } from '@privity/kernel';
import { errors, jwtVerify, SignJWT } from 'jose';

import { isRole, type Principal, type Role } from './principal.js';

const ISSUER = 'privity';
const DEFAULT_CLIENT = 'privity';
const REMEMBERED_TOKENS = 2_000;

/** No token, a token of another key, an expired or malformed one. The detail never quotes it. */
export class Unauthenticated extends PrivityError {
  constructor(message: string) {
    super('unauthenticated', 401, message);
  }
}

/** Signed in, but without a role that may do this. */
export class Forbidden extends PrivityError {
  constructor(message: string) {
    super('forbidden', 403, message);
  }
}

/** What `signToken` puts into a token. `ttlSeconds` from now. */
export interface TokenRequest {
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly facility?: string;
  readonly client?: string;
  readonly ttlSeconds: number;
}

/** Signs a compact EdDSA JWT with the identity key. */
export async function signToken(identity: KeyObject, request: TokenRequest): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    roles: [...request.roles],
    client: request.client ?? DEFAULT_CLIENT,
    ...(request.facility === undefined ? {} : { facility: request.facility }),
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .setIssuer(ISSUER)
    .setSubject(request.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + request.ttlSeconds)
    .sign(identity);
}

/**
 * Verifies tokens against one public key. A signature once verified is remembered until the token expires, because
 * Ed25519 costs a tenth of a millisecond and a dialler sends the same token thousands of times.
 */
export class TokenVerifier {
  private readonly verified = new Map<string, Principal>();

  constructor(private readonly identity: KeyObject) {}

  /** @param authorization the header's value. @throws Unauthenticated */
  async verify(authorization: string | undefined): Promise<Principal> {
    if (authorization === undefined) throw new Unauthenticated('A bearer token is required.');
    const match = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization);
    if (match?.[1] === undefined) throw new Unauthenticated('The authorization header is not a bearer token.');
    return this.verifyToken(match[1]);
  }

  private async verifyToken(token: string): Promise<Principal> {
    const known = this.verified.get(token);
    if (known !== undefined) {
      if (known.expires > Date.now() / 1000) return known;
      this.verified.delete(token);
    }
    const principal = await this.read(token);
    if (this.verified.size >= REMEMBERED_TOKENS) {
      for (const oldest of this.verified.keys()) {
        this.verified.delete(oldest);
        break;
      }
    }
    this.verified.set(token, principal);
    return principal;
  }

  private async read(token: string): Promise<Principal> {
    try {
      const { payload } = await jwtVerify(token, this.identity, {
        algorithms: ['EdDSA'],
        issuer: ISSUER,
        requiredClaims: ['sub', 'exp'],
      });
      const roles = payload['roles'];
      if (!Array.isArray(roles) || !roles.every(isRole)) throw new Unauthenticated('The token names an unknown role.');
      const { facility, client = DEFAULT_CLIENT } = payload;
      // A bound that cannot be read must not become no bound.
      if (typeof client !== 'string' || (facility !== undefined && typeof facility !== 'string')) {
        throw new Unauthenticated('The token names a facility or client that is no text.');
      }
      return {
        subject: String(payload.sub),
        roles,
        client,
        expires: Number(payload.exp),
        ...(facility === undefined ? {} : { facility }),
      };
    } catch (error) {
      if (error instanceof PrivityError) throw error;
      if (error instanceof errors.JWTExpired) throw new Unauthenticated('The token has expired.');
      throw new Unauthenticated('The token is not valid here.');
    }
  }
}
