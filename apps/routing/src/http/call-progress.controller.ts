import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { instant } from '@privity/kernel';
import { type AnswerNotice, type CallCommand, type ClaimPrivilege, permitRefusal } from '@privity/routing';
import { CurrentUser, JsonBody, type Principal, Roles } from '@privity/service';
import { type BookedCall, CallBook } from '../calls/call-book.js';
import { type CallRecord, callStateOf } from '../calls/call-record.js';
import { Claims } from '../calls/claims.js';
import { Decisions } from '../calls/decisions.js';
import { PermitDenied, Permits } from '../calls/permits.js';
import { CaughtUp } from '../read-models/caught-up.js';
import { CLAIM_SCHEMA, MOMENT_SCHEMA, NOTICE_SCHEMA, PARTY_SCHEMA } from './call-schemas.js';
import { acceptClock } from './clock-skew.js';

interface Moment {
  readonly at: string;
}
type Answer = Pick<AnswerNotice, 'party' | 'result'>;
interface CallProgress {
  readonly callId: string;
  readonly state: CallRecord['state'];
}

/** What happens to a call after it was decided, as its edge tells. */
@Controller('api/calls/:callId')
export class CallProgressController {
  constructor(
    private readonly book: CallBook,
    private readonly permits: Permits,
    private readonly decisions: Decisions,
    private readonly claims: Claims,
  ) {}

  /**
   * A party's answer to a notice; with a permit as soon as all that is required was accepted (P1). Where the policy has no
   * call without it, a required acceptance that is not given ends the call.
   */
  @Post('notices')
  @HttpCode(200)
  @Roles('dialler')
  @UseGuards(CaughtUp)
  async answerNotice(
    @Param('callId') callId: string,
    @Body(new JsonBody<Answer>(NOTICE_SCHEMA)) answer: Answer,
    @CurrentUser() asker: Principal,
  ): Promise<CallProgress & { readonly permit?: string }> {
    const call = await this.change(callId, { type: 'AnswerNotice', ...answer, at: instant() }, asker);
    const permit = await this.permitFor(call, callId, asker);
    return { ...progress(callId, call), ...(permit === undefined ? {} : { permit }) };
  }

  /** Somebody joins, or the call is diverted: decided again, with what the edge can tell of the number. */
  @Post('parties')
  @HttpCode(200)
  @Roles('dialler')
  @UseGuards(CaughtUp)
  async addParty(
    @Param('callId') callId: string,
    @Body(new JsonBody<{ readonly number?: string }>(PARTY_SCHEMA)) { number }: { readonly number?: string },
    @CurrentUser() asker: Principal,
  ): Promise<CallProgress> {
    const command = { type: 'AddParty', ...this.decisions.joining(number) } as const;
    return progress(callId, await this.permits.review(await this.change(callId, command, asker), asker.subject));
  }

  /** A party says that the call is privileged: nothing of it is recorded from here on (T11). */
  @Post('privilege-claim')
  @HttpCode(200)
  @Roles('dialler')
  @UseGuards(CaughtUp)
  async claimPrivilege(
    @Param('callId') callId: string,
    @Body(new JsonBody<Omit<ClaimPrivilege, 'type'>>(CLAIM_SCHEMA)) { party }: Omit<ClaimPrivilege, 'type'>,
    @CurrentUser() asker: Principal,
  ): Promise<CallProgress> {
    const call = await this.book.find(asker.client, callId, asker.facility);
    return progress(callId, await this.claims.claim(call, party, asker.subject));
  }

  @Post('connected')
  @HttpCode(200)
  @Roles('dialler')
  async connected(
    @Param('callId') callId: string,
    @Body(new JsonBody<Moment>(MOMENT_SCHEMA)) { at }: Moment,
    @CurrentUser() asker: Principal,
  ): Promise<CallProgress> {
    acceptClock(at, asker);
    return progress(callId, await this.change(callId, { type: 'ConnectCall', at: new Date(at).toISOString() }, asker));
  }

  @Post('ended')
  @HttpCode(200)
  @Roles('dialler')
  async ended(
    @Param('callId') callId: string,
    @Body(new JsonBody<Moment>(MOMENT_SCHEMA)) { at }: Moment,
    @CurrentUser() asker: Principal,
  ): Promise<CallProgress> {
    acceptClock(at, asker);
    return progress(callId, await this.change(callId, { type: 'EndCall', at: new Date(at).toISOString() }, asker));
  }

  private async change(callId: string, command: CallCommand, asker: Principal): Promise<BookedCall> {
    const remembered = this.book.remembered(asker.client, callId, asker.facility);
    if (remembered !== undefined) {
      const changed = await this.book.tryChange(remembered, command, asker.subject);
      if (changed !== undefined) return changed;
    }
    return this.book.change(await this.book.find(asker.client, callId, asker.facility), command, asker.subject);
  }

  private async permitFor(call: BookedCall, callId: string, asker: Principal): Promise<string | undefined> {
    const refusal = permitRefusal(call.state);
    if (refusal !== undefined && refusal !== 'notice-declined') return undefined;
    try {
      return await this.permits.issue(call, callId, asker.subject);
    } catch (error) {
      // Without a permit the call simply goes on unrecorded.
      if (error instanceof PermitDenied) return undefined;
      throw error;
    }
  }
}

function progress(callId: string, call: BookedCall): CallProgress {
  return { callId, state: callStateOf(call) };
}
