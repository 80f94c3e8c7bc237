import type { ContextName } from '@privity/service';

/** Which service answers a path, and whether without a token. */
export interface Route {
  readonly service: ContextName;
  readonly isPublic: boolean;
}

const MEDIA = /^\/api\/calls\/[^/]+\/media$/;
const STREAM = /^\/api\/stream\/(registry|routing|recording|audit)\/(?:parked|resumed)$/;
const FEED = /^\/feed\/(registry|routing|recording|audit)(?:\/\d+)?$/;
/** Checkpoint and hashes tell nothing about anybody; the entries are the events themselves. */
const PUBLIC_LOG = /^\/log\/(?:checkpoint|tile\/(?!entries\/)[^/]+\/.+)$/;

const PREFIXES: readonly (readonly [prefix: string, service: ContextName])[] = [
  ['/api/calls', 'routing'],
  ['/api/routing', 'routing'],
  ['/api/facilities', 'routing'],
  ['/api/attorneys', 'registry'],
  ['/api/protections', 'registry'],
  ['/api/registry', 'registry'],
  ['/api/recordings', 'recording'],
  ['/api/playbacks', 'recording'],
  ['/api/audit', 'audit'],
  ['/api/findings', 'audit'],
  ['/api/reports', 'audit'],
  ['/log', 'audit'],
];

/**
 * The whole of what is reachable from outside. What is not listed does not exist; `/internal` is listed nowhere, and a
 * path that a URL parser would rewrite into another one is no path at all.
 */
export function routeOf(path: string): Route | undefined {
  if (isRewritten(path)) return undefined;
  if (MEDIA.test(path)) return { service: 'recording', isPublic: false };
  const [, publisher] = FEED.exec(path) ?? STREAM.exec(path) ?? [];
  if (publisher !== undefined) return { service: publisher as ContextName, isPublic: false };
  const entry = PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  return entry === undefined ? undefined : { service: entry[1], isPublic: PUBLIC_LOG.test(path) };
}

/** Dot segments, also written `%2e`, backslashes, encoded slashes, empty segments and control characters. */
function isRewritten(path: string): boolean {
  if (/[\\\s]|%2f|%5c|%00|\/\/|[^\x21-\x7e]/i.test(path)) return true;
  return path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}
