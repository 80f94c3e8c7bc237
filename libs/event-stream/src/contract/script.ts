import { sourceOf } from '../names.js';

/** Id of the event at a position in a scripted history; `branch` tells two histories apart. */
export function scriptId(shard: number, position: number, branch = 'a'): string {
  return `${branch}-${shard}-${position}`;
}

export interface ScriptedEvent {
  readonly context: string;
  readonly shard: number;
  readonly position: number;
  readonly branch?: string;
  /** Left out: the one before in the same branch. */
  readonly previd?: string;
  readonly type?: string;
}

/** The text of one event as a store would have written it. */
export function scripted({ context, shard, position, branch = 'a', previd, type }: ScriptedEvent): string {
  return JSON.stringify({
    specversion: '1.0',
    id: scriptId(shard, position, branch),
    source: sourceOf(context),
    type: type ?? 'test.Counted',
    subject: `stream-${shard}`,
    time: '2026-01-02T03:04:05.678Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:privity:test.Counted:1',
    data: { note: 'ünï\u2028 "quoted"' },
    sequence: String(position),
    shard,
    position: String(position),
    ...(position === 1 ? {} : { previd: previd ?? scriptId(shard, position - 1, branch) }),
  });
}

/** Positions `from` to `to` of one shard. */
export function run(context: string, shard: number, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, n) => scripted({ context, shard, position: from + n }));
}
