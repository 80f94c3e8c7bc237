/** The RFC 9457 problem an answer carried. `code` is stable; `field` and `line` say what was wrong in the input. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field?: string;
  readonly line?: number;

  constructor(status: number, body: unknown) {
    const { code, title, detail, field, line } = asRecord(body);
    const name = typeof code === 'string' ? code : `http-${status}`;
    const words = [detail, title].find((text) => typeof text === 'string') ?? 'no details';
    super(`${status} ${name}: ${String(words)}`);
    this.name = 'ProblemError';
    this.status = status;
    this.code = name;
    if (typeof field === 'string') this.field = field;
    if (typeof line === 'number') this.line = line;
  }
}

function asRecord(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

const LOST_CONNECTION = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'];

/**
 * Whether the same request may well succeed a moment later: a part is being started again, a view is catching up, or
 * routing did not confirm a permit in time and not a byte was kept (P1). For `attempts` of a client.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof ProblemError) {
    return [502, 503, 504].includes(error.status) || error.code === 'routing-unreachable';
  }
  return error instanceof Error && 'code' in error && LOST_CONNECTION.includes(String(error.code));
}
