import { PrivityError } from '@privity/kernel';

/** The log has another event where this one belongs. Somebody's history was rewritten: the shard stands still. */
export class LogEntryDiffers extends PrivityError {
  constructor(source: string, shard: number, position: number) {
    super('log-entry-differs', 500, `the log has another event at ${source} shard ${shard} position ${position}`);
  }
}

/** Tiles, head and the checkpoints already signed do not belong to one tree. Nothing more is signed. */
export class LogInconsistent extends PrivityError {
  constructor(what: string) {
    super('log-inconsistent', 500, what);
  }
}

/** No such event in the log, or none yet. */
export class NotInLog extends PrivityError {
  constructor(what: string) {
    super('not-in-log', 404, `${what} is not in the log`);
  }
}
