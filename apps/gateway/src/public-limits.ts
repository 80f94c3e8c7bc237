import type { IncomingMessage } from 'node:http';

import { PrivityError } from '@privity/kernel';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import type { GatewayOptions } from './gateway.js';
import { clientOf } from './client-address.js';

/** Too much from one address. */
export class TooManyRequests extends PrivityError {
  constructor(readonly retryAfterSeconds: number) {
    super('too-many-requests', 429, 'Too many requests came from this address. Try again later.');
  }
}

/** What is open to anybody and costs something, so that it is counted. */
export type Counted = 'registration' | 'receipt' | 'self-check';

type Limits = Pick<GatewayOptions, 'registrationsPerHour' | 'proxyHops' | 'commandLimitMs'>;

const HOUR_SECONDS = 3_600;
const REGISTRATIONS_PER_HOUR = 20;
/** Whoever registered looks now and then whether somebody answered. */
const LOOKS_PER_REGISTRATION = 6;
/** A code for a number, and the check itself; the registry counts by number besides. */
const CHECKS_PER_REGISTRATION = 3;
const ARRIVAL_LIMIT_MS = 10_000;

/** Bounds by client what needs no token. Each gateway counts for itself: with several, so many times as much goes through. */
export class PublicLimits {
  private readonly limiters: Readonly<Record<Counted, RateLimiterMemory>>;
  private readonly hops: number;
  private readonly arrivalMs: number;

  constructor({ registrationsPerHour = REGISTRATIONS_PER_HOUR, proxyHops = 0, commandLimitMs }: Limits) {
    const limiter = (points: number) => new RateLimiterMemory({ points, duration: HOUR_SECONDS });
    this.limiters = {
      registration: limiter(registrationsPerHour),
      receipt: limiter(registrationsPerHour * LOOKS_PER_REGISTRATION),
      'self-check': limiter(registrationsPerHour * CHECKS_PER_REGISTRATION),
    };
    this.hops = proxyHops;
    this.arrivalMs = commandLimitMs ?? ARRIVAL_LIMIT_MS;
  }

  /** Counts a request, and gives it the time that its answer would have to arrive in whole. @throws TooManyRequests */
  async admit(what: Counted, request: IncomingMessage): Promise<void> {
    const slow = setTimeout(() => request.complete || request.destroy(), this.arrivalMs);
    request.once('close', () => clearTimeout(slow));
    try {
      await this.limiters[what].consume(clientOf(request, this.hops));
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new TooManyRequests(Math.max(1, Math.ceil(refused.msBeforeNext / 1_000)));
    }
  }
}
