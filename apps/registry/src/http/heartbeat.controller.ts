import { Controller, Get, Query } from '@nestjs/common';
import { InvalidInput, instant } from '@privity/kernel';
import { HEARTBEAT_TYP } from '@privity/registry';
import { Roles } from '@privity/service';
import { OwnFigures } from '../certificates/own-figures.js';
import { RegistrySigner } from '../certificates/registry-signer.js';

const NONCE = /^[\w-]{16,64}$/;

@Controller('internal/heartbeat')
export class HeartbeatController {
  constructor(
    private readonly figures: OwnFigures,
    private readonly signer: RegistrySigner,
  ) {}

  /**
   * `{heartbeat}`: a compact JWS over position, count and digest of each shard. No answer while the view is behind, nor
   * from a store that lost events. What the reader sends as `nonce` is signed with it.
   */
  @Get()
  @Roles('service')
  async heartbeat(@Query('nonce') nonce?: string): Promise<{ heartbeat: string }> {
    if (nonce !== undefined && !NONCE.test(nonce)) throw new InvalidInput('nonce', 'is 16 to 64 letters and digits');
    const { shards } = await this.figures.now();
    const said = { at: instant(), shards, ...(nonce === undefined ? {} : { nonce }) };
    return { heartbeat: await this.signer.sign(HEARTBEAT_TYP, said) };
  }
}
