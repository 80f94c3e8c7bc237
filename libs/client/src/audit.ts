import type { HttpConnection } from './http-connection.js';

export interface AccessQuery {
  readonly recording?: string;
  readonly person?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** Who listened, who tried to, and what was heard. `event` can be proven. */
export interface Access {
  readonly event: string;
  readonly recording: string;
  readonly person?: string;
  readonly at: string;
  readonly kind: 'granted' | 'refused' | 'heard';
  readonly playback?: string;
  readonly purpose?: string;
  readonly caseNumber?: string;
  readonly reason?: string;
  /** Seconds from start, half open. */
  readonly ranges?: readonly (readonly [number, number])[];
}

/** What somebody should look at; `evidence` is the event that shows it. */
export interface Finding {
  readonly event: string;
  readonly kind: string;
  readonly about: string;
  readonly evidence: string;
  readonly detail: string;
  readonly at: string;
}

export interface FindingQuery {
  readonly kind?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** What the log has of each shard of each source, and how much of it is signed. */
export interface LogCoverage {
  readonly size: number;
  readonly signed: number;
  readonly shards: readonly {
    readonly source: string;
    readonly shard: number;
    readonly position: number;
    readonly entries: number;
  }[];
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

  /** What of the services' events the log has already. */
  coverage(): Promise<LogCoverage> {
    return this.http.json('GET', '/api/audit/log');
  }

  accesses<T = { readonly accesses: readonly Access[]; readonly next?: string }>(query: AccessQuery): Promise<T> {
    return this.http.json('GET', '/api/audit/accesses', { query: { ...query } });
  }

  findings(query: FindingQuery = {}): Promise<{ readonly findings: readonly Finding[]; readonly next?: string }> {
    return this.http.json('GET', '/api/findings', { query: { ...query } });
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
