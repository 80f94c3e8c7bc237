import { type BlindIndex, type Decider, PrivityError, type SealedValue } from '@privity/kernel';
import type { BlockEnded, BlockEndRefused, NumberBlocked } from './block-events.js';

export interface BlockNumber {
  readonly type: 'BlockNumber';
  readonly block: NumberBlocked['data'];
}
export interface EndBlock {
  readonly type: 'EndBlock';
  readonly block: string;
  readonly index: BlindIndex;
  readonly basis: SealedValue;
  readonly endedBy: string;
}
export type BlockCommand = BlockNumber | EndBlock;

/** The blocks of one number, ended ones too: what was ended is not entered again by a repeated request. */
export type BlockState = ReadonlyMap<string, { readonly blockedBy: string; readonly ended: boolean }>;

/** There is none, or not for whoever asks. */
export class BlockNotFound extends PrivityError {
  constructor() {
    super('block-not-found', 404, 'There is no such block.');
  }
}

export function blocksStream(index: BlindIndex): string {
  return `blocks-${index}`;
}

type NumbersBlockEvent = NumberBlocked | BlockEnded | BlockEndRefused;

/** One person is enough to block, two people end it: an order that holds must not fall to one mistake. */
export const numberBlocks: Decider<BlockState, BlockCommand, NumbersBlockEvent> = {
  initialState: () => new Map(),
  decide(command, state): NumbersBlockEvent[] {
    if (command.type === 'BlockNumber') {
      return state.has(command.block.block) ? [] : [{ type: 'routing.NumberBlocked', data: command.block }];
    }
    const { block, index, basis, endedBy } = command;
    const known = state.get(block);
    if (known === undefined) throw new BlockNotFound();
    if (known.ended) return [];
    if (known.blockedBy === endedBy) {
      return [{ type: 'routing.BlockEndRefused', data: { block, askedBy: endedBy, reason: 'same-person' } }];
    }
    return [{ type: 'routing.BlockEnded', data: { block, index, basis, endedBy } }];
  },
  evolve(state, { type, data }) {
    if (type === 'routing.NumberBlocked') {
      return new Map(state).set(data.block, { blockedBy: data.blockedBy, ended: false });
    }
    const known = state.get(data.block);
    if (type !== 'routing.BlockEnded' || known === undefined) return state;
    return new Map(state).set(data.block, { ...known, ended: true });
  },
};
