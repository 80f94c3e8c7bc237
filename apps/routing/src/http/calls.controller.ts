import { Body, Controller, Get, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { requestOf } from '@privity/routing';
import { CurrentUser, Forbidden, JsonBody, type Principal, Roles } from '@privity/service';
import type { FastifyReply } from 'fastify';
import { type CallAnswer, seesPrivateCalls, seesReasons } from '../calls/call-answer.js';
import { CallBook, CallNotFound } from '../calls/call-book.js';
import { CallDesk, type NewCall } from '../calls/call-desk.js';
import { Decisions } from '../calls/decisions.js';
import { type CallRecord, callRecord } from '../calls/call-record.js';
import { CaughtUp } from '../read-models/caught-up.js';
import { CALL_SCHEMA } from './call-schemas.js';
import { acceptClock } from './clock-skew.js';

@Controller('api/calls')
export class CallsController {
  constructor(
    private readonly desk: CallDesk,
    private readonly book: CallBook,
    private readonly decisions: Decisions,
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

  /** What is known of a call. A dialler sees its own calls; who sees reasons may name another client. */
  @Get(':callId')
  @Roles('dialler', 'auditor', 'supervisor', 'privacy-officer', 'operator')
  @UseGuards(CaughtUp)
  async read(
    @Param('callId') callId: string,
    @Query('client') client: string | undefined,
    @CurrentUser() asker: Principal,
  ): Promise<CallRecord> {
    const ofClient = seesReasons(asker) ? (client ?? asker.client) : asker.client;
    const call = await this.book.find(ofClient, callId, asker.facility);
    if (!seesPrivateCalls(asker) && this.decisions.isPrivate(requestOf(call.state))) throw new CallNotFound();
    return callRecord(callId, call, asker);
  }
}
