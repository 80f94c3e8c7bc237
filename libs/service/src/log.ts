import type { LoggerService } from '@nestjs/common';
import { PrivityError } from '@privity/kernel';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';
/** Values are words, counts and ids of our own making; never numbers dialled, names, URLs or bodies. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

let unwritten = '';

/** What is logged in one turn of the event loop is one write: into a file each takes a system call, and waits for it. */
function toStandardOutput(line: string): void {
  if (unwritten === '') setImmediate(writeOut);
  unwritten += line;
}

function writeOut(): void {
  const lines = unwritten;
  unwritten = '';
  if (lines !== '') process.stdout.write(lines);
}

process.on('exit', writeOut);

/** JSON lines on standard output, one per happening. Also what Nest itself logs through. */
export class JsonLog implements LoggerService {
  constructor(
    private readonly service: string,
    private readonly write: (line: string) => void = toStandardOutput,
  ) {}

  line(level: LogLevel, message: string, fields: LogFields = {}): void {
    const time = new Date().toISOString();
    this.write(`${JSON.stringify({ time, level, service: this.service, message, ...fields })}\n`);
  }

  /** What went wrong, without anything a caller sent: see `describeError`. */
  failure(message: string, error: unknown, level: LogLevel = 'error'): void {
    this.line(level, message, describeError(error));
  }

  /** In the form that the event stream reports in. */
  readonly stream = (level: LogLevel, message: string, facts: LogFields = {}): void => this.line(level, message, facts);

  /** Nest announces every module and route at this level; that is no news to an operator. */
  log(): void {}
  verbose(): void {}
  debug(): void {}
  warn(message: unknown, ...rest: unknown[]): void {
    this.fromNest('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.fromNest('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.fromNest('fatal', message, rest);
  }

  private fromNest(level: LogLevel, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const fields = typeof context === 'string' && !context.includes('\n') ? { context } : {};
    if (message instanceof Error) this.line(level, 'unexpected error', { ...describeError(message), ...fields });
    else this.line(level, String(message), fields);
  }
}

/**
 * An error's class, code and place. The message is kept only where we wrote it ourselves or the operating system did:
 * a parser's or a database's message quotes the data it choked on, and that may be a phone number.
 */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code, constraint, syscall } = error as Error & { code?: unknown; constraint?: unknown; syscall?: unknown };
  const ours = error instanceof PrivityError || typeof syscall === 'string' || error instanceof TypeError;
  return {
    error: error.name,
    code: typeof code === 'string' ? code : undefined,
    constraint: typeof constraint === 'string' ? constraint : undefined,
    detail: ours ? error.message : undefined,
    at: stackFrames(error),
  };
}

function stackFrames(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n').map((line) => line.trim());
  return lines.filter((line) => line.startsWith('at ') && !line.includes('node:internal')).slice(0, 6);
}
