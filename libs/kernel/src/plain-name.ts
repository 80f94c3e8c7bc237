const SUFFIX = /\b(JR|SR|II|III|IV|ESQ)\b/g;

/** A name as its letters alone, to be compared: without accents, case, hyphens, blanks and suffixes. Empty where none is left. */
export function plainName(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase();
  return plain
    .replace(/[,.]/g, ' ')
    .replace(SUFFIX, ' ')
    .replace(/[^\p{L}]/gu, '');
}
