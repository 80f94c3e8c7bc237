import type { Figures } from './line.js';

type Measurement = () => Promise<Figures>;

/**
 * Both sides in alternation, the first of each pair changing from round to round, so that what else the machine does
 * and how warm it is falls on both. One round of each goes before and is thrown away.
 */
export async function alternate(
  rounds: number,
  ours: Measurement,
  peer: Measurement,
): Promise<{ ours: Figures; peer: Figures }> {
  await ours();
  await peer();
  const [oursRounds, peerRounds]: [Figures[], Figures[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) oursRounds.push(await ours());
    peerRounds.push(await peer());
    if (round % 2 === 1) oursRounds.push(await ours());
  }
  return { ours: medians(oursRounds), peer: medians(peerRounds) };
}

/** A side that stands alone. */
export async function repeat(rounds: number, ours: Measurement): Promise<Figures> {
  await ours();
  const all: Figures[] = [];
  for (let round = 0; round < rounds; round++) all.push(await ours());
  return medians(all);
}

/** Of each figure by itself; every round has the same names. */
export function medians(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((figures) => figures[name] ?? NaN))]));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper;
}

/** `part` from 0 to 1 of the values, the nearest one measured. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
