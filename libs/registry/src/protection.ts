import type { Instant } from '@privity/kernel';
import { mostRestrictive } from './categories.js';
import type { ProtectionCategory, ProtectionSource, SourceMatch } from './events.js';

/** What one source has said of a number or a person. */
export interface Statement {
  readonly source: ProtectionSource;
  readonly category: ProtectionCategory;
  readonly since: Instant;
}

/** What is known of a protected number, or of a protected person in custody. */
export interface Protection {
  /** The most restrictive that any source stated. */
  readonly category: ProtectionCategory;
  /** The earliest beginning that any source stated. */
  readonly since: Instant;
  /** What each source says that stands, in no order that means anything. */
  readonly statements: readonly Statement[];
}

export function isSame(a: ProtectionSource, b: ProtectionSource): boolean {
  return a.kind === b.kind && a.ref === b.ref;
}

export function isMeant(source: ProtectionSource, { ref = source.ref, kind = source.kind }: SourceMatch): boolean {
  return source.ref === ref && source.kind === kind;
}

/** The kinds of source that speak of it, each once. */
export function kindsOf(protection: Protection | undefined): ReadonlySet<ProtectionSource['kind']> {
  return new Set((protection?.statements ?? []).map(({ source }) => source.kind));
}

/** What one source alone says. */
export function protectionBy(said: Statement): Protection {
  const { category, since } = said;
  return { category, since, statements: [said] };
}

/** What two protections are together; the order they came in does not matter. */
export function join(a: Protection | undefined, b: Protection): Protection;
export function join(a: Protection | undefined, b: Protection | undefined): Protection | undefined;
export function join(a: Protection | undefined, b: Protection | undefined): Protection | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const others = a.statements.filter(({ source }) => !b.statements.some((said) => isSame(said.source, source)));
  const said = b.statements.map((one) => {
    const before = a.statements.find(({ source }) => isSame(source, one.source));
    return before === undefined ? one : { source: one.source, ...strictest(before, one) };
  });
  return { ...strictest(a, b), statements: [...others, ...said] };
}

type Said = Pick<Statement, 'category' | 'since'>;

function strictest(a: Said, b: Said): Said {
  return { category: mostRestrictive(a.category, b.category), since: a.since < b.since ? a.since : b.since };
}

/** Without what this source said. Undefined where nothing else stands. */
export function without(protection: Protection | undefined, source: ProtectionSource): Protection | undefined {
  const standing = (protection?.statements ?? []).filter((said) => !isSame(said.source, source));
  return standing.map(protectionBy).reduce<Protection | undefined>(join, undefined);
}
