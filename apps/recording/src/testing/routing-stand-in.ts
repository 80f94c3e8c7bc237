import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { PrivityError, uuidv7 } from '@privity/kernel';
import { Roles } from '@privity/service';
import { CompactSign, decodeJwt } from 'jose';
import { createHash, type KeyObject } from 'node:crypto';

export interface CallFacts {
  readonly call: string;
  readonly callId: string;
  readonly decision: string;
  readonly facility: string;
  readonly caller: string;
  readonly dialed: string;
}

/** How routing answers renewals; `hang` never answers. */
export type RenewalMood = 'grant' | 'refuse' | 'hang' | 'fail';

/** The peer's contract: renewals signed by routing's real key. Everything else of routing is real store and feed. */
export class RenewalDesk {
  private static moods = new Map<string, RenewalMood>();
  static asked = new Map<string, number>();
  static key: KeyObject;

  static say(call: string, mood: RenewalMood): void {
    RenewalDesk.moods.set(call, mood);
  }

  static mood(call: string): RenewalMood {
    return RenewalDesk.moods.get(call) ?? 'grant';
  }
}

@Controller('internal/permits/renewals')
class RenewalsController {
  @Post()
  @HttpCode(200)
  @Roles('service')
  async renew(@Body() { permit }: { permit: string }): Promise<{ permit: string }> {
    const facts = decodeJwt<CallFacts>(permit);
    RenewalDesk.asked.set(facts.call, (RenewalDesk.asked.get(facts.call) ?? 0) + 1);
    const mood = RenewalDesk.mood(facts.call);
    if (mood === 'hang') await new Promise((resolve) => setTimeout(resolve, 5_000));
    if (mood === 'fail') throw new PrivityError('broken', 500, 'broken');
    if (mood !== 'grant') throw new PrivityError('permit-revoked', 403, 'There is no permit to record this call.');
    return { permit: await signPermit(RenewalDesk.key, facts) };
  }
}

@Module({ controllers: [RenewalsController] })
export class RoutingStandIn {}

export function signPermit(key: KeyObject, facts: CallFacts, typ = 'permit+jwt'): Promise<string> {
  const { call, callId, decision, facility, caller, dialed } = facts;
  const claims = {
    jti: uuidv7(),
    call,
    callId,
    decision,
    facility,
    caller,
    dialed,
    iat: Math.floor(Date.now() / 1000),
  };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'EdDSA', typ })
    .sign(key);
}

export function indexOf(text: string): string {
  return `e1.${createHash('sha256').update(text).digest('base64url')}`;
}
