/**
 * Data of `<context>.EventParked`: an operator set aside an event that halted one of the context's consumers. The
 * person is the event's `actor`. Stream `parked-<consumer>`. Here, because every context has it and none owns it.
 */
export interface EventParkedData {
  readonly consumer: string;
  readonly version: number;
  /** Where the event stands: `/privity/<context>`, shard, position. */
  readonly source: string;
  readonly shard: number;
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly reason: string;
}
