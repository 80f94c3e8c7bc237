import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { InvalidInput } from '@privity/kernel';
import { currentVersion, importStream } from '@privity/registry';
import type { DifferenceViewed, ProtectionSource } from '@privity/registry';
import { OwnView } from '../events/own-view.js';
import { NoDifference } from './import-errors.js';
import { ImportReports } from './import-reports.js';
import { ListEntries, type ListEntry } from './list-entries.js';
import { OpenedEntries, type OpenedMember, type OpenedNumber } from './opened-entries.js';

export type DepartedEntry = { readonly scope: string } & (
  | {
      readonly number: OpenedNumber;
      /** Who speaks of it all the same; nothing has ended. */
      readonly protectedBy: readonly ProtectionSource['kind'][];
    }
  | OpenedMember
);

export interface DifferencePage {
  readonly entries: readonly DepartedEntry[];
  /** For `after`; absent: that was all. */
  readonly next?: string;
}

/** Who a list lost, opened, so that a second person can judge whether it may be believed (T3). */
@Injectable()
export class Differences {
  constructor(
    private readonly reports: ImportReports,
    private readonly list: ListEntries,
    private readonly opened: OpenedEntries,
    private readonly view: OwnView,
    private readonly store: EventStore,
  ) {}

  /** The event that names who was shown comes first (P4). @throws ImportNotFound, NoDifference, InvalidInput */
  async page(id: string, after: string | undefined, limit: number, actor: string): Promise<DifferencePage> {
    const { importId, turn, kind, state, losses } = await this.reports.find(id);
    if ((state !== 'held' && state !== 'applied') || losses === null) throw new NoDifference(state);
    const scopes = losses.map(({ scope }) => scope);
    const from = after === undefined ? undefined : readCursor(after);
    const found = await this.list.departures({ turn, scopes }, { after: from, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const type: DifferenceViewed['type'] = 'registry.DifferenceViewed';
    const data: DifferenceViewed['data'] = { importId, entries: shown.map(({ entry }) => entry) };
    await this.store.append(importStream(importId), 'any', [{ type, data, actor, version: currentVersion(type) }]);
    const entries: DepartedEntry[] = [];
    for (const one of shown) entries.push(await this.open(one, kind));
    const last = shown.at(-1);
    return { entries, ...(found.length > limit && last !== undefined ? { next: cursorAt(last) } : {}) };
  }

  private async open({ scope, entry }: ListEntry, kind: 'bar-roll' | 'do-not-record'): Promise<DepartedEntry> {
    if (kind === 'bar-roll') return { scope, ...(await this.opened.member(entry)) };
    const statements = (await this.view.current()).isProtected(entry)?.statements ?? [];
    const protectedBy = [...new Set(statements.map(({ source }) => source.kind))];
    return { scope, number: await this.opened.number(entry), protectedBy };
  }
}

function cursorAt({ scope, entry }: ListEntry): string {
  return Buffer.from(`${scope}\n${entry}`).toString('base64url');
}

function readCursor(text: string): ListEntry {
  const [scope, entry, ...more] = Buffer.from(text, 'base64url').toString().split('\n');
  if (!scope || !entry || more.length > 0) throw new InvalidInput('after', 'is no cursor of a page of this list');
  return { scope, entry };
}
