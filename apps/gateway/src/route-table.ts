import type { ContextName } from '@privity/service';

import type { Counted } from './public-limits.js';

/** Which service answers a path, and whether without a token. */
export interface Route {
  readonly service: ContextName;
  readonly isPublic: boolean;
  /** Public, and counted by client. */
  readonly counted?: Counted;
}

const MEDIA = /^\/api\/calls\/[^/]+\/media$/;
const STREAM = /^\/api\/stream\/(registry|routing|recording|audit)\/(?:parked|resumed)$/;
const FEED = /^\/feed\/(registry|routing|recording|audit)(?:\/\d+)?$/;
/** Checkpoint and hashes tell nothing about anybody; the entries are the events themselves. */
const PUBLIC_LOG = /^\/log\/(?:checkpoint|tile\/(?!entries\/)[^/]+\/.+)$/;
const REGISTER_PAGE = '/register';
/** A form, and what its receipt is good for; who may read the form itself has a token. */
const RECEIPT = /^\/api\/registrations\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What anybody may post. Whether a token is needed all the same (a check by staff), the service decides. */
const PUBLIC_POSTS: Readonly<Partial<Record<string, Counted>>> = {
  '/api/registrations': 'registration',
  '/api/protections/check': 'self-check',
  '/api/protections/check/codes': 'self-check',
};

const PREFIXES: readonly (readonly [prefix: string, service: ContextName])[] = [
  ['/api/calls', 'routing'],
  ['/api/routing', 'routing'],
  ['/api/facilities', 'routing'],
  ['/api/jurisdictions', 'routing'],
  ['/api/blocks', 'routing'],
  ['/api/attorneys', 'registry'],
  ['/api/registrations', 'registry'],
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
export function routeOf(path: string, method = 'GET'): Route | undefined {
  if (isRewritten(path)) return undefined;
  if (MEDIA.test(path)) return { service: 'recording', isPublic: false };
  const [, publisher] = FEED.exec(path) ?? STREAM.exec(path) ?? [];
  if (publisher !== undefined) return { service: publisher as ContextName, isPublic: false };
  if (path === REGISTER_PAGE) return { service: 'registry', isPublic: method === 'GET' };
  const counted = countedAs(path, method);
  if (counted !== undefined) return { service: 'registry', isPublic: true, counted };
  const entry = PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  return entry === undefined ? undefined : { service: entry[1], isPublic: PUBLIC_LOG.test(path) };
}

function countedAs(path: string, method: string): Counted | undefined {
  if (method === 'POST' && Object.hasOwn(PUBLIC_POSTS, path)) return PUBLIC_POSTS[path];
  return method === 'GET' && RECEIPT.test(path) ? 'receipt' : undefined;
}

/** Dot segments, also written `%2e`, backslashes, encoded slashes, empty segments and control characters. */
function isRewritten(path: string): boolean {
  if (/[\\\s]|%2f|%5c|%00|\/\/|[^\x21-\x7e]/i.test(path)) return true;
  return path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}
