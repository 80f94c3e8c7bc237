import type { HttpConnection } from './http-connection.js';

export interface ShardStatus {
  readonly source: string;
  readonly shard: number;
  readonly [more: string]: unknown;
}

export interface AccessQuery {
  readonly recording?: string;
  readonly person?: string;
  readonly number?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** The transparency log, findings and the history of accesses. */
export class Audit {
  constructor(private readonly http: HttpConnection) {}

  /** Signed C2SP checkpoint, text. Public. */
  checkpoint(): Promise<string> {
    return this.http.text('/log/checkpoint');
  }

  /** A Merkle tile: `level` 0 holds leaf hashes; `width` for a partial tile. Public. */
  tile(level: number, index: number, width?: number): Promise<Buffer> {
    return this.http.bytes(`/log/tile/${level}/${tilePath(index)}${partial(width)}`);
  }

  /** An entry bundle: 16-bit length before each event's bytes. */
  entries(index: number, width?: number): Promise<Buffer> {
    return this.http.bytes(`/log/tile/entries/${tilePath(index)}${partial(width)}`);
  }

  /** C2SP tlog-proof of one event, text. */
  proof(eventId: string): Promise<string> {
    return this.http.text(`/api/audit/events/${encodeURIComponent(eventId)}/proof`);
  }

  accesses<T = Readonly<Record<string, unknown>>>(query: AccessQuery): Promise<T> {
    return this.http.json('GET', '/api/audit/accesses', { query: { ...query } });
  }

  findings<T = Readonly<Record<string, unknown>>>(
    query: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<T> {
    return this.http.json('GET', '/api/findings', { query });
  }
}

/** C2SP tlog-tiles: groups of three digits, all but the last with an `x`: 1234067 is `x001/x234/067`. */
export function tilePath(index: number): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return groups.join('/');
}

function partial(width: number | undefined): string {
  return width === undefined ? '' : `.p/${width}`;
}
