import pg from 'pg';

const ROWS_AT_ONCE = 1_000;

/** What pg tells whoever copies; its own queries do not copy, and a package for it would be one more peer. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** A statement that copies lines in, as pg's client takes any statement of its own kind. */
class CopyIn {
  readonly done: Promise<void>;
  private settle: (error?: Error) => void = () => undefined;

  constructor(
    private readonly text: string,
    private readonly chunks: readonly Buffer[],
  ) {
    this.done = new Promise((resolve, reject) => {
      this.settle = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  submit(connection: CopyConnection): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    for (const chunk of this.chunks) connection.sendCopyFromChunk(chunk);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {
    // The server is ready only after it.
  }

  handleReadyForQuery(): void {
    this.settle();
  }

  handleError(error: Error): void {
    this.settle(error);
  }
}

/** Rows of a store's event table as COPY takes them, as they stand. */
export async function eventLines(url: string, limit: number): Promise<Buffer[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, string | number>>(
    `select shard, position, stream, sequence, id, event from event_store.event where stream like 'number-%' limit $1`,
    [limit],
  );
  await client.end();
  const lines = rows.map((row) => Object.values(row).map(escaped).join('\t') + '\n');
  return Array.from({ length: Math.ceil(lines.length / ROWS_AT_ONCE) }, (_, n) =>
    Buffer.from(lines.slice(n * ROWS_AT_ONCE, (n + 1) * ROWS_AT_ONCE).join('')),
  );
}

function escaped(value: string | number): string {
  return String(value).replace(/[\\\t\n\r]/g, (sign) => `\\${{ '\\': '\\', '\t': 't', '\n': 'n', '\r': 'r' }[sign]}`);
}

/** Copies the lines into an empty table of these columns and indexes. @returns seconds */
export async function copySeconds(client: pg.Client, table: string, chunks: readonly Buffer[]): Promise<number> {
  await client.query(`truncate ${table}`);
  const copy = new CopyIn(`copy ${table} (shard, position, stream, sequence, id, event) from stdin`, chunks);
  const begun = performance.now();
  client.query(copy as unknown as pg.Submittable);
  await copy.done;
  return (performance.now() - begun) / 1_000;
}
