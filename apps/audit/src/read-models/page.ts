import { InvalidInput, isUuid } from '@privity/kernel';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

const MOST = 1_000;
const USUAL = 100;

/** `?after=<event id>&limit=`: which part of a list is asked for. */
export interface PageQuery {
  readonly after?: unknown;
  readonly limit?: unknown;
}

export interface Page<T> {
  readonly items: T[];
  /** To be given as `after`; absent at the end. */
  readonly next?: string;
}

/** Orders by time and event, and takes one page. */
export async function takePage<T extends ObjectLiteral & { event: string }>(
  query: SelectQueryBuilder<T>,
  { after, limit = String(USUAL) }: PageQuery,
): Promise<Page<T>> {
  const most = typeof limit === 'string' && /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (most < 1 || most > MOST) throw new InvalidInput('limit', `a number from 1 to ${MOST}`);
  const { alias } = query;
  if (after !== undefined) {
    if (typeof after !== 'string' || !isUuid(after)) throw new InvalidInput('after', 'the "next" of an earlier answer');
    const table = query.expressionMap.mainAlias?.metadata.tablePath;
    query.andWhere(`(${alias}.at, ${alias}.event) > (select at, event from ${table} where event = :after)`, { after });
  }
  const found = await query
    .orderBy(`${alias}.at`)
    .addOrderBy(`${alias}.event`)
    .limit(most + 1)
    .getMany();
  const items = found.slice(0, most);
  const last = items.at(-1);
  return found.length > most && last !== undefined ? { items, next: last.event } : { items };
}
