import type { RejectedLine } from '@privity/registry/events';

export type Rejection = Omit<RejectedLine, 'line'>;

/** What became of the lines gathered since the last flush. */
export interface Flushed {
  readonly added: number;
  readonly unchanged: number;
}

/** Reads one kind of file. Lines are gathered, compared with the directory and written in groups. */
export interface DirectoryImporter<C extends string = string> {
  readonly columns: readonly C[];
  /** Takes a line, or says why it cannot be used, or not all of it. */
  take(values: Readonly<Record<C, string>>): Rejection | undefined;
  /** Writes what differs from the directory; durable and in the view when it resolves. */
  flush(): Promise<Flushed>;
}
