import type { KeyObject } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { permitClaims, samePermit, type PermitClaims } from '@privity/recording';
import { loadPublicKey, ServiceConfig } from '@privity/service';
import { compactVerify } from 'jose';
import { Pool as HttpPool } from 'undici';

/** A permit whose signature holds. Whether it still counts is for routing to say. */
export interface Permit {
  readonly token: string;
  readonly claims: PermitClaims;
}

/** `refused`: routing said no. `unreachable`: it said nothing that counts as a yes. */
export type Renewal =
  { readonly outcome: 'granted'; readonly permit: Permit } | { readonly outcome: 'refused' | 'unreachable' };

const RENEWAL_TIMEOUT_MS = 1_000;
const CONNECTIONS = 32;

/** Reads permits against routing's public key, and asks routing to decide again about a call that is being recorded. */
@Injectable()
export class RoutingPermits implements OnApplicationShutdown {
  private readonly key: KeyObject;
  private readonly routing: HttpPool;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(config: ServiceConfig) {
    this.key = loadPublicKey(config.trustDir, 'routing');
    this.routing = new HttpPool(config.serviceUrl('routing'), { connections: CONNECTIONS });
    this.headers = { authorization: `Bearer ${config.serviceToken}`, 'content-type': 'application/json' };
  }

  /** The permit, or undefined where routing did not sign it or something is missing in it. */
  async read(token: string): Promise<Permit | undefined> {
    try {
      const { payload, protectedHeader } = await compactVerify(token, this.key, { algorithms: ['EdDSA'] });
      // The same key may sign other things one day; none of them is a permit.
      if (protectedHeader.typ !== 'permit+jwt') return undefined;
      const parsed: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
      if (typeof parsed !== 'object' || parsed === null) return undefined;
      const claims = permitClaims(parsed as Record<string, unknown>);
      return claims && { token, claims };
    } catch {
      return undefined;
    }
  }

  /** The caller notes the time before this call: a permit's two seconds run from there. */
  async renew(permit: Permit): Promise<Renewal> {
    try {
      const { statusCode, body } = await this.routing.request({
        method: 'POST',
        path: '/internal/permits/renewals',
        headers: this.headers,
        body: JSON.stringify({ permit: permit.token }),
        signal: AbortSignal.timeout(RENEWAL_TIMEOUT_MS),
      });
      if (statusCode !== 200) {
        await body.dump();
        return { outcome: statusCode === 403 ? 'refused' : 'unreachable' };
      }
      const answer: unknown = await body.json();
      const token = typeof answer === 'object' && answer !== null && 'permit' in answer ? answer.permit : undefined;
      const renewed = typeof token === 'string' ? await this.read(token) : undefined;
      if (renewed === undefined || !samePermit(renewed.claims, permit.claims)) return { outcome: 'unreachable' };
      return { outcome: 'granted', permit: renewed };
    } catch {
      // Refused connection, time-out, no JSON: whatever it was, it was no permission (P1).
      return { outcome: 'unreachable' };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.routing.destroy();
  }
}
