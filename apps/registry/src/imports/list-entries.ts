import { Injectable } from '@nestjs/common';
import { type ListLosses, LOSS_WINDOW_DAYS } from '@privity/registry';
import { DataSource } from 'typeorm';

/** A line of a list, for telling whether a later file still has it. Keyed hashes only, never what was written. */
export interface ListEntry {
  /** The list's name; of a bar roll with the state, `bar-roll:ME`. */
  readonly scope: string;
  /** Blind index of a number, or an attorney's stream. */
  readonly entry: string;
}

/**
 * Table `list_entry`: which file had an entry last. That a file no longer has one ends nothing (P2); it is counted, because
 * lists were lost in upgrades and nobody compared (T3). Files are told apart by their turn: a later one has a higher number.
 */
@Injectable()
export class ListEntries {
  constructor(private readonly database: DataSource) {}

  /** These entries stand in the file of this turn; one that had departed is back, as if it were new. */
  async seen(turn: string, entries: readonly ListEntry[]): Promise<void> {
    await this.database.query(
      `insert into list_entry (scope, entry, first_seen, last_seen)
         select distinct u.scope, u.entry, $1::bigint, $1::bigint from unnest($2::text[], $3::text[]) u(scope, entry)
       on conflict (scope, entry) do update
         set first_seen = case when list_entry.departed_at is null then list_entry.first_seen else excluded.first_seen end,
             last_seen = greatest(list_entry.last_seen, excluded.last_seen),
             departed_at = null`,
      [turn, entries.map(({ scope }) => scope), entries.map(({ entry }) => entry)],
    );
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
      `update list_entry set departed_at = now() where scope = any($2) and last_seen < $1 and departed_at is null`,
      [turn, scopes],
    );
  }
}
