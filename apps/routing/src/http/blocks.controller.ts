import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { InvalidInput, isUuid } from '@privity/kernel';
import { CurrentUser, JsonBody, type Principal, Roles } from '@privity/service';
import { BlockList, type BlockPage } from '../blocks/block-list.js';
import { Blocking, type BlockRequest } from '../blocks/blocking.js';
import { CaughtUp } from '../read-models/caught-up.js';
import { BLOCK_END_SCHEMA, BLOCK_SCHEMA } from './block-schemas.js';

const PAGE = 100;

@Controller('api/blocks')
@UseGuards(CaughtUp)
export class BlocksController {
  constructor(
    private readonly blocking: Blocking,
    private readonly list: BlockList,
  ) {}

  /** Blocks a number at once. With an `Idempotency-Key` a repeated request is the same block. */
  @Post()
  @Roles('registrar', 'operator')
  async block(
    @Body(new JsonBody<BlockRequest>(BLOCK_SCHEMA)) request: BlockRequest,
    @CurrentUser() asker: Principal,
    @Headers('idempotency-key') key?: string,
  ): Promise<{ readonly blockId: string }> {
    return { blockId: await this.blocking.block(request, asker, key) };
  }

  /** By somebody else than whoever entered it. */
  @Post(':blockId/end')
  @HttpCode(200)
  @Roles('registrar', 'operator', 'approver')
  async end(
    @Param('blockId') blockId: string,
    @Body(new JsonBody<{ readonly basis: string }>(BLOCK_END_SCHEMA)) { basis }: { readonly basis: string },
    @CurrentUser() asker: Principal,
  ): Promise<{ readonly blockId: string; readonly state: 'ended' }> {
    await this.blocking.end(blockId, basis, asker);
    return { blockId, state: 'ended' };
  }

  /** The blocks that stand, by id, with whom they are about. */
  @Get()
  @Roles('registrar', 'operator', 'approver')
  read(
    @CurrentUser() asker: Principal,
    @Query('after') after?: unknown,
    @Query('limit') limit: unknown = String(PAGE),
  ): Promise<BlockPage> {
    const most = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
    if (most < 1) throw new InvalidInput('limit', 'a number from 1 to 999');
    if (after === undefined) return this.list.page('', most, asker);
    if (typeof after !== 'string' || !isUuid(after)) throw new InvalidInput('after', 'the "next" of an earlier answer');
    return this.list.page(after, most, asker);
  }
}
