import { Body, Controller, Get, Headers, Param, Post, Res } from '@nestjs/common';
import { CurrentUser, JsonBody, Roles, type Principal } from '@privity/service';
import type { FastifyReply } from 'fastify';
import { RangeNotSatisfiable } from '../playback/byte-range.js';
import { Playbacks, type PlaybackRequest } from '../playback/playbacks.js';

const request = new JsonBody<PlaybackRequest>({
  type: 'object',
  required: ['purpose'],
  additionalProperties: false,
  properties: {
    purpose: { type: 'string', minLength: 1, maxLength: 200 },
    caseNumber: { type: 'string', minLength: 1, maxLength: 64 },
  },
});

/** Open to every token: who may not listen is refused by the recording's own rules, so that the refusal is an event. */
@Controller('api')
export class PlaybacksController {
  constructor(private readonly playbacks: Playbacks) {}

  @Post('recordings/:recording/playbacks')
  @Roles()
  ask(
    @Param('recording') recording: string,
    @CurrentUser() who: Principal,
    @Body(request) body: PlaybackRequest,
  ): Promise<{ readonly playbackId: string }> {
    return this.playbacks.ask(recording, who, body);
  }

  @Get('playbacks/:playback/audio')
  @Roles()
  async audio(
    @Param('playback') playback: string,
    @CurrentUser() who: Principal,
    @Headers('range') rangeHeader: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const sound = await this.playbacks.listen(playback, who, rangeHeader).catch((error: unknown) => {
      if (error instanceof RangeNotSatisfiable) void reply.header('content-range', `bytes */${error.size}`);
      throw error;
    });
    const { stream, size, range } = sound;
    if (range !== undefined) {
      void reply.status(206).header('content-range', `bytes ${range.from}-${range.to - 1}/${size}`);
    }
    await reply
      .header('content-type', 'audio/basic')
      .header('content-length', range === undefined ? size : range.to - range.from)
      .header('accept-ranges', 'bytes')
      .header('cache-control', 'no-store')
      .send(stream);
  }
}
