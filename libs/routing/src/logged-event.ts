import { PrivityError } from '@privity/kernel';

/** An event as its store wrote it and the log has it, its data still as text. */
export interface LoggedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly dataschema: string;
  /** JSON, byte for byte. */
  readonly data: string;
  readonly shard: number;
  /** Of digits: 64 bits. */
  readonly position: string;
}

/** The text is not as a store of ours writes events: whatever it says, it is not what was decided. */
export class ForeignEvent extends PrivityError {
  constructor(text: string) {
    super('foreign-event', 422, `an entry of ${text.length} characters is not written as a store writes events`);
  }
}

const NAME = String.raw`"([^"\\]+)"`;
const TEXT = String.raw`"(?:[^"\\]|\\.)*"`;
// Architecture, section 4: the order of attributes is fixed, and the store appends its own behind the data.
const BEFORE = new RegExp(
  String.raw`^\{"specversion":"1\.0","id":${NAME},"source":${NAME},"type":${NAME},"subject":${TEXT},"time":${TEXT},` +
    String.raw`"datacontenttype":"application/json","dataschema":${NAME}(?:,"(?:actor|causationid|correlationid)":${TEXT})*,"data":`,
);
const BEHIND = /^,"sequence":"\d+","shard":(\d+),"position":"(\d+)"(?:,"previd":"[^"\\]+")?\}$/;

/**
 * Takes an event's text apart without parsing all of it: half of its bytes are attributes that a replay has no use for.
 * @throws ForeignEvent
 */
export function readLoggedEvent(text: string): LoggedEvent {
  const before = BEFORE.exec(text);
  // Only the store's own attributes stand behind the data, so the last match is the attribute.
  const end = text.lastIndexOf(',"sequence":"');
  const behind = BEHIND.exec(text.slice(end));
  if (before === null || behind === null) throw new ForeignEvent(text);
  const [all, id = '', source = '', type = '', dataschema = ''] = before;
  const [, shard = '', position = ''] = behind;
  return { id, source, type, dataschema, data: text.slice(all.length, end), shard: Number(shard), position };
}
