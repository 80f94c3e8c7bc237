import type { BlindIndex } from '@privity/kernel';
import type { ProtectionSource } from './events.js';
import { IndexMap } from './index-map.js';
import { kindsOf } from './protection.js';
import type { ProtectionView } from './protection-view.js';

type Kind = ProtectionSource['kind'];

/** A list beside the registry, row by row. */
export interface ListDifference {
  readonly rows: number;
  /** Rows with a number that is protected here. */
  readonly known: number;
  /** Rows with a number that is not. */
  readonly unknown: number;
  /** Lines of the first thousand of them. */
  readonly unknownLines: readonly number[];
  /** Rows without a number that can be read. */
  readonly rejected: number;
  /** Numbers protected here that the file does not have. */
  readonly missing: number;
  /** The same by who speaks of them; one that several speak of counts for each. */
  readonly missingBySource: Readonly<Partial<Record<Kind, number>>>;
}

const LISTED = 1000;

/** What a vendor has and we have not, and the other way round (T9). It changes nothing; its memory grows with the registry, not with the file. */
export class ListComparison {
  private rows = 0;
  private known = 0;
  private unknown = 0;
  private readonly unknownLines: number[] = [];
  private readonly found = new IndexMap<true>();
  private readonly foundBySource = new Map<Kind, number>();

  constructor(private readonly view: Pick<ProtectionView, 'isProtected' | 'count' | 'countBySource'>) {}

  /** A row without a number that can be read. */
  reject(): void {
    this.rows += 1;
  }

  /** @param candidates the number's indexes under all live epochs: whichever is protected is this number */
  row(line: number, candidates: readonly BlindIndex[]): void {
    this.rows += 1;
    const standing = candidates.filter((index) => this.view.isProtected(index) !== undefined);
    if (standing.length > 0) this.known += 1;
    else {
      this.unknown += 1;
      if (this.unknownLines.length < LISTED) this.unknownLines.push(line);
    }
    for (const index of standing) if (this.found.get(index) === undefined) this.find(index);
  }

  difference(): ListDifference {
    const { rows, known, unknown, unknownLines } = this;
    const bySource = [...this.view.countBySource()].map(([kind, all]) => [
      kind,
      all - (this.foundBySource.get(kind) ?? 0),
    ]);
    return {
      ...{ rows, known, unknown, unknownLines, rejected: rows - known - unknown },
      missing: this.view.count - this.found.size,
      missingBySource: Object.fromEntries(bySource),
    };
  }

  private find(index: BlindIndex): void {
    this.found.set(index, true);
    for (const kind of kindsOf(this.view.isProtected(index))) {
      this.foundBySource.set(kind, (this.foundBySource.get(kind) ?? 0) + 1);
    }
  }
}
