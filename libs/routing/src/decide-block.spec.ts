import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import type { BlockEnded, BlockEndRefused, NumberBlocked } from './block-events.js';
import { BlockNotFound, type EndBlock, numberBlocks } from './decide-block.js';

const sealed = { kid: 'k', iv: 'i', ct: 'c' };
const block: NumberBlocked['data'] = {
  ...{ block: 'b1', index: 'e1.n', kind: 'no-contact-order', caller: 'e1.c', number: sealed, person: sealed },
  ...{ basis: sealed, since: '2026-06-01T12:00:00.000Z', blockedBy: 'ana' },
};
const blocked: NumberBlocked = { type: 'routing.NumberBlocked', data: block };
const ended: BlockEnded = {
  type: 'routing.BlockEnded',
  data: { block: 'b1', index: 'e1.n', basis: sealed, endedBy: 'ben' },
};
const refused: BlockEndRefused = {
  type: 'routing.BlockEndRefused',
  data: { block: 'b1', askedBy: 'ana', reason: 'same-person' },
};
const end = (endedBy: string, id = 'b1'): EndBlock => ({
  type: 'EndBlock',
  ...{ block: id, index: 'e1.n', basis: sealed, endedBy },
});
const given = (...events: (NumberBlocked | BlockEnded | BlockEndRefused)[]) => fold(numberBlocks, events);

describe('a block', () => {
  it('is entered once, however often it is asked for, also after it was ended', () => {
    const command = { type: 'BlockNumber', block } as const;
    expect(numberBlocks.decide(command, given())).toEqual([blocked]);
    expect(numberBlocks.decide(command, given(blocked))).toEqual([]);
    expect(numberBlocks.decide(command, given(blocked, ended))).toEqual([]);
  });

  it('is ended by a second person, once', () => {
    expect(numberBlocks.decide(end('ben'), given(blocked))).toEqual([ended]);
    expect(numberBlocks.decide(end('eva'), given(blocked, ended))).toEqual([]);
  });

  it('is not ended by whoever entered it; that they asked is an event', () => {
    expect(numberBlocks.decide(end('ana'), given(blocked))).toEqual([refused]);
    expect(numberBlocks.decide(end('ben'), given(blocked, refused))).toEqual([ended]);
  });

  it('that nobody entered cannot be ended', () => {
    expect(() => numberBlocks.decide(end('ben', 'b2'), given(blocked))).toThrow(BlockNotFound);
  });
});
