import type { ProtectionCategory } from './events.js';

// Most restrictive first. A hotline must not even have its caller looked up (P11); what is left unstated says least.
const RANK: readonly ProtectionCategory[] = [
  'hotline',
  'attorney',
  'court',
  'clergy',
  'physician',
  'consulate',
  'ombudsman',
  'unstated',
];

const WORDS: readonly (readonly [RegExp, ProtectionCategory])[] = [
  [/HOTLINE|\bPREA\b/, 'hotline'],
  [/CLERGY|CHAPLAIN/, 'clergy'],
  [/CONSUL/, 'consulate'],
  [/OMBUD/, 'ombudsman'],
  [/PHYSICIAN|DOCTOR/, 'physician'],
  [/\bCOURT\b/, 'court'],
  [/ATTORNEY|LAWYER|LEGAL|COUNSEL|DEFENDER/, 'attorney'],
];

/** All categories, most restrictive first. */
export const CATEGORIES = RANK;

/** The one that decides when several sources speak of a number: the order they came in does not matter. */
export function mostRestrictive(a: ProtectionCategory, b: ProtectionCategory): ProtectionCategory {
  return RANK.indexOf(a) <= RANK.indexOf(b) ? a : b;
}

/** What a do-not-record list's NOTE says about a number. It never says that the number is not protected. */
export function categoryOfNote(note: string): ProtectionCategory {
  const text = note.toUpperCase();
  return WORDS.find(([word]) => word.test(text))?.[1] ?? 'unstated';
}
