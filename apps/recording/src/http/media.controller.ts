import { Readable } from 'node:stream';
import { Controller, Headers, Param, Post, Req } from '@nestjs/common';
import { InvalidInput } from '@privity/kernel';
import { isCallId } from '@privity/recording';
import { CurrentUser, Roles, type Principal } from '@privity/service';
import type { FastifyRequest } from 'fastify';
import { Recorder, type Recorded } from '../recorder/recorder.js';

@Controller('api/calls/:callId/media')
export class MediaController {
  constructor(private readonly recorder: Recorder) {}

  /** Body: `audio/basic`, taken as it arrives for as long as the call lasts. Answers 201 when the recording is complete. */
  @Post()
  @Roles('dialler')
  record(
    @Param('callId') callId: string,
    @Headers('recording-permit') permit: string | undefined,
    @Req() request: FastifyRequest,
    @CurrentUser() who: Principal,
  ): Promise<Recorded> {
    if (!isCallId(callId))
      throw new InvalidInput('callId', 'must be 1 to 64 letters, digits, dots, dashes, underscores');
    const body = request.body instanceof Readable ? request.body : Readable.from([]);
    return this.recorder.record(callId, permit, body, who.facility);
  }
}
