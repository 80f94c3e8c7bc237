import type { KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { permitClaims, samePermit, type Permit, type PermitRenewer, type Renewal } from '@privity/recording';
import { loadPublicKey, Replicas, ServiceConfig } from '@privity/service';
import { compactVerify } from 'jose';
import { Pool as HttpPool } from 'undici';

const RENEWAL_TIMEOUT_MS = 1_000;
const NEXT_AFTER_MS = 250;
const CONNECTIONS = 32;

/** Reads permits against routing's public key, and asks routing to decide again about a call that is being recorded. */
@Injectable()
export class RoutingPermits implements PermitRenewer, OnApplicationShutdown {
  private readonly key: KeyObject;
  private readonly routing: Replicas<HttpPool>;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(config: ServiceConfig) {
    this.key = loadPublicKey(config.trustDir, 'routing');
    const pools = config.serviceUrls('routing').map((url) => new HttpPool(url, { connections: CONNECTIONS }));
    this.routing = new Replicas(pools);
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

  /**
   * Asks the replicas of routing in turn, until one answers; the next one also while a busy one still thinks. The caller
   * notes the time before this call: a permit's two seconds run from there, so all of them together get no longer than
   * one alone would. A refusal counts whenever it comes: whoever granted first may not have heard yet (P1).
   */
  async renew(permit: Permit, refused: () => void): Promise<Renewal> {
    const limit = AbortSignal.timeout(RENEWAL_TIMEOUT_MS);
    const asked: Promise<Renewal>[] = [];
    const answered = () => Promise.any(asked).catch((): Renewal => ({ outcome: 'unreachable' }));
    const replicas = this.routing.inTurn();
    for (const replica of replicas) {
      asked.push(this.ask(replica, permit, limit, refused));
      if (asked.length === replicas.length) break;
      const answer = await Promise.race([answered(), pause(NEXT_AFTER_MS, undefined, { ref: false })]);
      if (answer !== undefined && answer.outcome !== 'unreachable') return answer;
    }
    return answered();
  }

  /** @throws whatever was no answer */
  private async ask(replica: HttpPool, permit: Permit, limit: AbortSignal, refused: () => void): Promise<Renewal> {
    try {
      const { statusCode, body } = await replica.request({
        method: 'POST',
        path: '/internal/permits/renewals',
        headers: this.headers,
        body: JSON.stringify({ permit: permit.token }),
        signal: limit,
      });
      if (statusCode === 403) {
        refused();
        await body.dump();
        return { outcome: 'refused' };
      }
      const answer: unknown = await body.json();
      const token = typeof answer === 'object' && answer !== null && 'permit' in answer ? answer.permit : undefined;
      const renewed = typeof token === 'string' ? await this.read(token) : undefined;
      // Whatever else it said, it was no permission (P1).
      if (statusCode !== 200 || renewed === undefined || !samePermit(renewed.claims, permit.claims))
        throw new Error(`routing answered ${statusCode}, and no permit`);
      return { outcome: 'granted', permit: renewed };
    } catch (error) {
      this.routing.silent(replica);
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.routing.all.map((replica) => replica.destroy()));
  }
}
