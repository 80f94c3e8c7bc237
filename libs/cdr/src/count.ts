/** How many calls fall to one name. */
export interface Count {
  readonly name: string;
  readonly calls: number;
}

/** Most calls first, equal ones by name. @param namesOf to which names an item counts: each of them once */
export function by<T>(items: readonly T[], namesOf: (item: T) => readonly string[]): Count[] {
  const counts = new Map<string, number>();
  for (const item of items) for (const name of new Set(namesOf(item))) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, calls]) => ({ name, calls }))
    .toSorted((a, b) => b.calls - a.calls || compare(a.name, b.name));
}

/** By code units: the same on any machine, whatever its language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
