import type { Decider } from '@privity/kernel';
import type { NoticeFailed, NoticeSent, RegistryEvent } from './events.js';

/** What became of a message. Decided on the stream `notice-<notice>`. */
export interface ConcludeNotice {
  readonly type: 'conclude-notice';
  readonly notice: Pick<NoticeSent['data'], 'notice' | 'kind' | 'about'>;
  readonly outcome: { readonly sent: NoticeSent['data']['channel'] } | { readonly failedAfter: number };
}

/** `waiting` until it is known what became of it. */
export type NoticeState = 'waiting' | 'sent' | 'failed';

/** A message is sent once, or given up once: whoever comes second was only slower, and says nothing new. */
export const noticeDelivery: Decider<NoticeState, ConcludeNotice, RegistryEvent> = {
  initialState: () => 'waiting',
  decide({ notice, outcome }, state): (NoticeSent | NoticeFailed)[] {
    if (state !== 'waiting') return [];
    return 'sent' in outcome
      ? [{ type: 'registry.NoticeSent', data: { ...notice, channel: outcome.sent } }]
      : [{ type: 'registry.NoticeFailed', data: { ...notice, attempts: outcome.failedAfter } }];
  },
  evolve(state, { type }) {
    if (type === 'registry.NoticeSent') return 'sent';
    return type === 'registry.NoticeFailed' ? 'failed' : state;
  },
};
