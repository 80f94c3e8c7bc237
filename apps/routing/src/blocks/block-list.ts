import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { type Forgotten, type Instant, type SealedValue, unseal } from '@privity/kernel';
import { type Block, type BlockKind, blocksStream, type BlocksViewed, type NumberBlocked } from '@privity/routing';
import { newEvents, type Principal, SubjectKeys } from '@privity/service';
import { Directory } from '../read-models/directory.js';

export interface ShownBlock {
  readonly blockId: string;
  /** `[forgotten]` once its key is destroyed, as `caller` and `basis`. */
  readonly number: string | Forgotten;
  readonly caller?: string | Forgotten;
  readonly facility?: string;
  readonly kind: BlockKind;
  readonly basis: string | Forgotten;
  readonly since: Instant;
  readonly blockedBy: string;
}

export interface BlockPage {
  readonly blocks: readonly ShownBlock[];
  /** For `after`; absent: that was all. */
  readonly next?: string;
}

const VIEWED: BlocksViewed['type'] = 'routing.BlocksViewed';

/** The blocks that stand, for people who may see whom they are about. */
@Injectable()
export class BlockList {
  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
    private readonly subjects: SubjectKeys,
  ) {}

  /** That somebody looks, and at which, is an event before anything is opened (P4). */
  async page(after: string, limit: number, asker: Principal): Promise<BlockPage> {
    const standing = this.directory.view
      .now()
      .blocks()
      .filter(({ block, facility }) => {
        return block > after && (asker.facility === undefined || asker.facility === facility);
      });
    const page = standing.slice(0, limit);
    if (page.length > 0) {
      const viewed: BlocksViewed = { type: VIEWED, data: { blocks: page.map(({ block }) => block) } };
      await this.store.append('blocks-viewed', 'any', newEvents([viewed], { actor: asker.subject }));
    }
    const next = standing.length > page.length ? page.at(-1)?.block : undefined;
    const blocks = await Promise.all(page.map((block) => this.show(block)));
    return { blocks, ...(next === undefined ? {} : { next }) };
  }

  private async show({ block, index }: Block): Promise<ShownBlock> {
    const stream = blocksStream(index);
    const entered = (await this.store.readStream(stream))
      .filter(({ type }) => type === 'routing.NumberBlocked')
      .map(({ text }) => parseEnvelope<NumberBlocked['data']>(text).data)
      .find((data) => data.block === block);
    if (entered === undefined) throw new Error('a block that stands is not in its stream');
    const { number, person, facility, kind, basis, since, blockedBy } = entered;
    const open = (value: SealedValue, field: string) => this.open(value, `${stream}:${field}`);
    return {
      blockId: block,
      number: await open(number, 'number'),
      ...(person === undefined ? {} : { caller: await open(person, 'person') }),
      ...(facility === undefined ? {} : { facility }),
      kind,
      basis: await open(basis, 'basis'),
      ...{ since, blockedBy },
    };
  }

  private async open(value: SealedValue, context: string): Promise<string | Forgotten> {
    return unseal(value, await this.subjects.find(value.kid), context);
  }
}
