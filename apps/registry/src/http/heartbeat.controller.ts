import { Controller, Get, Injectable, Query } from '@nestjs/common';
import { EventStore, StoreRestored } from '@privity/event-store';
import { InvalidInput, instant, SHARDS } from '@privity/kernel';
import type { Heartbeat } from '@privity/registry';
import { loadSigningKey, Roles, ServiceConfig } from '@privity/service';
import { CompactSign } from 'jose';
import type { KeyObject } from 'node:crypto';
import { OwnView } from '../events/own-view.js';

/** Signs what the registry says of itself (P3). */
@Injectable()
export class HeartbeatSigner {
  private readonly key: KeyObject;

  constructor(config: ServiceConfig) {
    this.key = loadSigningKey(config.keysDir, 'registry', process.env);
  }

  sign(heartbeat: Heartbeat): Promise<string> {
    return new CompactSign(Buffer.from(JSON.stringify(heartbeat)))
      .setProtectedHeader({ alg: 'EdDSA', kid: 'registry' })
      .sign(this.key);
  }
}

const NONCE = /^[\w-]{16,64}$/;

@Controller('internal/heartbeat')
export class HeartbeatController {
  constructor(
    private readonly view: OwnView,
    private readonly signer: HeartbeatSigner,
    private readonly store: EventStore,
  ) {}

  /**
   * `{heartbeat}`: a compact JWS over position, count and digest of each shard. No answer while the view is behind, nor
   * from a store that lost events: a reader who starts on what is left would agree with it and call it whole (T3). What
   * the reader sends as `nonce` is signed with it.
   */
  @Get()
  @Roles('service')
  async heartbeat(@Query('nonce') nonce?: string): Promise<{ heartbeat: string }> {
    if (nonce !== undefined && !NONCE.test(nonce)) throw new InvalidInput('nonce', 'is 16 to 64 letters and digits');
    const view = await this.view.current();
    if (this.store.restored !== undefined) throw new StoreRestored(this.store.restored);
    const shards = Array.from({ length: SHARDS }, (_, shard) => view.shardDigest(shard)).filter((d) => d !== undefined);
    return { heartbeat: await this.signer.sign({ at: instant(), shards, ...(nonce === undefined ? {} : { nonce }) }) };
  }
}
