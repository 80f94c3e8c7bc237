import type { BlindIndex } from '@privity/kernel';
import type { BlockEnded, NumberBlocked } from './block-events.js';
import { asOf, type Positions, type Version } from './versioned.js';

/** A block without what is sealed of it. */
export type Block = Pick<NumberBlocked['data'], 'block' | 'index' | 'kind' | 'caller' | 'facility' | 'since'>;

/** Blocks by number, each number's as of any position of its shard. */
export class BlockedNumbers {
  readonly #numbers = new Map<BlindIndex, { shard: number; newest: Version<readonly Block[]> }>();
  readonly #indexes = new Map<string, BlindIndex>();

  apply(shard: number, position: number, { type, data }: NumberBlocked | BlockEnded): void {
    const known = this.#numbers.get(data.index)?.newest;
    const others = (known?.value ?? []).filter(({ block }) => block !== data.block);
    const value = type === 'routing.NumberBlocked' ? [...others, unsealed(data)] : others;
    this.#indexes.set(data.block, data.index);
    this.#numbers.set(data.index, { shard, newest: { position, value, earlier: known } });
  }

  /** Those of the number that stood there. */
  of(index: BlindIndex, positions: Positions): readonly Block[] {
    const entry = this.#numbers.get(index);
    return (entry && asOf(entry.newest, positions[entry.shard] ?? 0)) ?? [];
  }

  /** Undefined: it did not stand there. */
  find(block: string, positions: Positions): Block | undefined {
    const index = this.#indexes.get(block);
    return index === undefined ? undefined : this.of(index, positions).find((one) => one.block === block);
  }

  /** All that stood there, by id. */
  all(positions: Positions): Block[] {
    const standing = [...this.#numbers.keys()].flatMap((index) => this.of(index, positions));
    return standing.sort((one, other) => (one.block < other.block ? -1 : 1));
  }

  /** Of a number that was ever blocked, ended blocks too. */
  indexOf(block: string): BlindIndex | undefined {
    return this.#indexes.get(block);
  }
}

/** Whether the block stops this person's, or this facility's, call to its number. */
export function stops({ caller, facility }: Block, callers: readonly BlindIndex[], from: string): boolean {
  if (caller !== undefined) return callers.includes(caller);
  return facility === undefined || facility === from;
}

/** Whether a block that was found under other epochs of the keys can be of this call: where one epoch can tell, it does. */
export function isOf(
  block: Block,
  call: { readonly dialed: BlindIndex; readonly caller: BlindIndex | undefined; readonly facility: string },
): boolean {
  if (!mayBeOne(block.index, call.dialed)) return false;
  if (block.caller !== undefined) return call.caller !== undefined && mayBeOne(block.caller, call.caller);
  return block.facility === undefined || block.facility === call.facility;
}

function mayBeOne(one: BlindIndex, other: BlindIndex): boolean {
  return one === other || epochOf(one) !== epochOf(other);
}

function epochOf(index: BlindIndex): string {
  return index.slice(0, index.indexOf('.'));
}

function unsealed({ block, index, kind, caller, facility, since }: NumberBlocked['data']): Block {
  return {
    ...{ block, index, kind, since },
    ...(caller === undefined ? {} : { caller }),
    ...(facility === undefined ? {} : { facility }),
  };
}
