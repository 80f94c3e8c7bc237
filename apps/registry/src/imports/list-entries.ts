import { Inject, Injectable } from '@nestjs/common';
import { type ListLosses, LOSS_WINDOW_DAYS } from '@privity/registry';
import { DataSource } from 'typeorm';

/** A line of a list, for telling whether a later file still has it. Keyed hashes only, never what was written. */
export interface ListEntry {
  /** The list's name; of a bar roll with the state, `bar-roll:ME`. */
  readonly scope: string;
  /** Blind index of a number, or an attorney's stream. */
  readonly entry: string;
  /** Of a number: how many of its indexes, one an epoch, stood as protected before this line. */
  readonly protectedAs?: number;
  /** Of a number: how many stand once the line is in effect. */
  readonly standsAs?: number;
}

/** What a batch adds to what was seen of its file before. */
export interface NewlySeen {
  /** Each once, however many lines have it. */
  readonly entries: readonly ListEntry[];
  /** A later file of the list was read at the same time, so that some of these may be named again. */
  readonly overtaken: boolean;
}

/**
 * Table `list_entry`: which file had an entry last. That a file no longer has one ends nothing (P2); it is counted, because
 * lists were lost in upgrades and nobody compared (T3). Files are told apart by their turn: a later one has a higher number.
 */
@Injectable()
export class ListEntries {
  constructor(@Inject(DataSource) private readonly database: Pick<DataSource, 'query'>) {}

  /** These entries stand in the file of this turn; one that had departed is back, as if it were new. */
  async seen(turn: string, entries: readonly ListEntry[]): Promise<NewlySeen> {
    const distinct = new Map(entries.map((entry) => [keyOf(entry), entry]));
    const [scopes, names] = [
      [...distinct.values()].map(({ scope }) => scope),
      [...distinct.values()].map(({ entry }) => entry),
    ];
    const rows = await this.database.query<(ListEntry & { readonly overtaken: boolean })[]>(
      `insert into list_entry (scope, entry, first_seen, last_seen)
         select u.scope, u.entry, $1::bigint, $1::bigint from unnest($2::text[], $3::text[]) u(scope, entry)
       on conflict (scope, entry) do update
         set first_seen = case when list_entry.departed_at is null then list_entry.first_seen else excluded.first_seen end,
             last_seen = greatest(list_entry.last_seen, excluded.last_seen),
             departed_at = null, departed_by = null
         where list_entry.last_seen <> excluded.last_seen
       returning scope, entry, last_seen > $1 as overtaken`,
      [turn, scopes, names],
    );
    return {
      entries: rows.map((row) => distinct.get(keyOf(row)) ?? row),
      overtaken: rows.some(({ overtaken }) => overtaken),
    };
  }

  /** What these scopes lose by the file of this turn, once all its entries were seen. */
  async losses(turn: string, scopes: readonly string[]): Promise<ListLosses[]> {
    return this.database.query<ListLosses[]>(
      `select scope,
         count(*) filter (where departed_at is null and first_seen < $1)::int as entries,
         count(*) filter (where departed_at is null and last_seen < $1)::int as departed,
         count(*) filter (where departed_at > now() - make_interval(days => $3))::int as "departedBefore"
       from list_entry where scope = any($2) group by scope order by scope`,
      [turn, scopes, LOSS_WINDOW_DAYS],
    );
  }

  /** The file of this turn is believed: what it does not have, and no later file had, has departed. */
  async depart(turn: string, scopes: readonly string[]): Promise<void> {
    await this.database.query(
      `update list_entry set departed_at = now(), departed_by = $1 where scope = any($2) and last_seen < $1 and departed_at is null`,
      [turn, scopes],
    );
  }

  /** Up to `limit` entries that the file of this turn made depart, or would: in order, after a given one. */
  departures(
    { turn, scopes }: { readonly turn: string; readonly scopes: readonly string[] },
    { after, limit }: { readonly after?: ListEntry | undefined; readonly limit: number },
  ): Promise<ListEntry[]> {
    return this.database.query<ListEntry[]>(
      `select scope, entry from list_entry
        where scope = any($2) and (departed_by = $1 or (departed_at is null and last_seen < $1))
          and (scope, entry) > ($3, $4) order by scope, entry limit $5`,
      [turn, scopes, after?.scope ?? '', after?.entry ?? '', limit],
    );
  }
}

function keyOf({ scope, entry }: ListEntry): string {
  return `${scope}\n${entry}`;
}
