/** Where the stream reports what it does. Facts hold names, shards and positions only: never personal data. */
export type StreamLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, string | number>>,
) => void;

export const silent: StreamLog = () => undefined;

/** What an error may show of itself in a log: its class and its stable code, never its text. */
export function errorFacts(error: unknown): { error: string; code: string } {
  const name = error instanceof Error ? error.constructor.name : typeof error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'none';
  return { error: name, code };
}
