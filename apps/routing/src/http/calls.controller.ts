import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { instant } from '@privity/kernel';
import { type AnswerNotice, type CallCommand, type ClaimPrivilege, permitRefusal, requestOf } from '@privity/routing';
import { CurrentUser, Forbidden, JsonBody, type Principal, Roles } from '@privity/service';
import type { FastifyReply } from 'fastify';
import { type CallAnswer, seesPrivateCalls, seesReasons } from '../calls/call-answer.js';
import { type BookedCall, CallBook, CallNotFound } from '../calls/call-book.js';
import { CallDesk, type NewCall } from '../calls/call-desk.js';
import { Claims } from '../calls/claims.js';
import { Decisions } from '../calls/decisions.js';
import { type CallRecord, callRecord, callStateOf } from '../calls/call-record.js';
import { PermitDenied, Permits } from '../calls/permits.js';
import { CaughtUp } from '../read-models/caught-up.js';
import { CALL_SCHEMA, CLAIM_SCHEMA, MOMENT_SCHEMA, NOTICE_SCHEMA, PARTY_SCHEMA } from './call-schemas.js';
import { acceptClock } from './clock-skew.js';

interface Moment {
  readonly at: string;
}
type Answer = Pick<AnswerNotice, 'party' | 'result'>;
interface CallProgress {
  readonly callId: string;
  readonly state: CallRecord['state'];
}

@Controller('api/calls')
export class CallsController {
  constructor(
    private readonly desk: CallDesk,
    private readonly book: CallBook,
    private readonly permits: Permits,
    private readonly decisions: Decisions,
    private readonly claims: Claims,
  ) {}

  /** Decides a call: 201, or 200 and the same answer when it was decided before. */
  @Post()
  @Roles('dialler')
  @UseGuards(CaughtUp)
  async open(
    @Body(new JsonBody<NewCall>(CALL_SCHEMA)) call: NewCall,
    @CurrentUser() asker: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CallAnswer> {
    acceptClock(call.at, asker);
    if (asker.facility !== undefined && asker.facility !== call.facility) {
      throw new Forbidden('This token is bound to another facility.');
    }
    const { answer, isNew } = await this.desk.open(call, asker);
    void reply.status(isNew ? 201 : 200);
    return answer;
  }

  /**
   * A party's answer to a notice; with a permit as soon as all that is required was accepted (P1). Where the policy has no
   * call without it, a required acceptance that is not given ends the call.
   */
  @Post(':callId/notices')
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
  @Post(':callId/parties')
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
  @Post(':callId/privilege-claim')
  @HttpCode(200)
  @Roles('dialler')
  @UseGuards(CaughtUp)
  async claimPrivilege(
    @Param('callId') callId: string,
    @Body(new JsonBody<Omit<ClaimPrivilege, 'type'>>(CLAIM_SCHEMA)) { party }: Omit<ClaimPrivilege, 'type'>,
    @CurrentUser() asker: Principal,
  ): Promise<CallProgress> {
    const call = await this.find(asker.client, callId, asker);
    return progress(callId, await this.claims.claim(call, party, asker.subject));
  }

  @Post(':callId/connected')
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

  @Post(':callId/ended')
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

  /** What is known of a call. A dialler sees its own calls; who sees reasons may name another client. */
  @Get(':callId')
  @Roles('dialler', 'auditor', 'supervisor', 'privacy-officer', 'operator')
  @UseGuards(CaughtUp)
  async read(
    @Param('callId') callId: string,
    @Query('client') client: string | undefined,
    @CurrentUser() asker: Principal,
  ): Promise<CallRecord> {
    const call = await this.find(seesReasons(asker) ? (client ?? asker.client) : asker.client, callId, asker);
    if (!seesPrivateCalls(asker) && this.decisions.isPrivate(requestOf(call.state))) throw new CallNotFound();
    return callRecord(callId, call, asker);
  }

  private async change(callId: string, command: CallCommand, asker: Principal): Promise<BookedCall> {
    const remembered = this.book.remembered(asker.client, callId);
    if (remembered !== undefined && isSeenBy(remembered, asker)) {
      const changed = await this.book.tryChange(remembered, command, asker.subject);
      if (changed !== undefined) return changed;
    }
    return this.book.change(await this.find(asker.client, callId, asker), command, asker.subject);
  }

  /** To a token of one facility the calls of others do not exist. @throws CallRefused `call-not-found` */
  private async find(client: string, callId: string, asker: Principal): Promise<BookedCall> {
    const call = await this.book.find(client, callId);
    if (!isSeenBy(call, asker)) throw new CallNotFound();
    return call;
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

function isSeenBy({ state }: BookedCall, asker: Principal): boolean {
  return asker.facility === undefined || asker.facility === state.decision?.facility;
}

function progress(callId: string, call: BookedCall): CallProgress {
  return { callId, state: callStateOf(call) };
}
