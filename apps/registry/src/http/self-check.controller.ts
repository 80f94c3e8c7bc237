import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { Instant } from '@privity/kernel';
import { JsonBody, Public } from '@privity/service';
import { readNumber } from '../protections/read-number.js';
import { CallBackCodes } from '../self-check/call-back-codes.js';

const asked = new JsonBody<{ number: string }>({
  type: 'object',
  required: ['number'],
  additionalProperties: false,
  properties: { number: { type: 'string', minLength: 1, maxLength: 64 } },
});

/** For whoever answers at a number: lawyers were told that they were registered, and were not (T7). */
@Controller('api/protections/check/codes')
export class SelfCheckController {
  constructor(private readonly codes: CallBackCodes) {}

  /** Has a code called out to the number, protected or not: the answer is the same. */
  @Post()
  @HttpCode(202)
  @Public()
  async send(@Body(asked) { number }: { number: string }): Promise<{ readonly expires: Instant }> {
    return { expires: await this.codes.send(readNumber(number, 'number')) };
  }
}
