/** What one round measured: a rate and whatever else counts, by name. Times in milliseconds, rates per second. */
export type Figures = Readonly<Record<string, number>>;

/** A promise about a line: a ratio (or a figure) that must reach `floor` and should reach `aim`. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly floor: number;
  readonly aim?: number;
  /** `at least` (a share of a peer's rate) or `at most` (a latency). */
  readonly must: 'at least' | 'at most';
}

/** One line of the table: our medians, the peer's, measured in alternation in the same run. */
export interface Line {
  readonly work: string;
  readonly beside?: string;
  readonly ours: Figures;
  readonly peer?: Figures;
  readonly bars: readonly Bar[];
  readonly rounds: number;
}

/** Something worth a line or more. A row opens what it needs, on free ports and in folders of its own, and closes it. */
export interface Row {
  /** What `--only` takes. */
  readonly name: string;
  measure(options: RowOptions): Promise<readonly Line[]>;
}

export interface RowOptions {
  /** Of each side, in alternation; an odd number has a median that was measured. */
  readonly rounds: number;
  /** A superuser of a running PostgreSQL; undefined: the embedded one is started. */
  readonly databaseUrl: string | undefined;
  /** Shorter rounds, fewer events: to see that a row runs, not to publish. */
  readonly quick: boolean;
  /** Of an export that is audited. */
  readonly calls: number;
  say(line: string): void;
}

export function atLeast(name: string, value: number, floor: number, aim?: number): Bar {
  return { name, value, floor, must: 'at least', ...(aim === undefined ? {} : { aim }) };
}

export function atMost(name: string, value: number, floor: number, aim?: number): Bar {
  return { name, value, floor, must: 'at most', ...(aim === undefined ? {} : { aim }) };
}

export function verdict(bar: Bar): 'aim' | 'floor' | 'below' {
  const reaches = (mark: number) => (bar.must === 'at least' ? bar.value >= mark : bar.value <= mark);
  if (!reaches(bar.floor)) return 'below';
  return reaches(bar.aim ?? bar.floor) ? 'aim' : 'floor';
}
