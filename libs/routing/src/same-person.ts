const SUFFIX = /\b(JR|SR|II|III|IV)\b/g;

/**
 * What two bookings of one person have in common, to be indexed blindly: surname, first name and date of birth, however
 * accents, case and hyphens are written. Undefined where one of them is missing: too many people would be alike.
 * @param born YYYY-MM-DD
 */
export function samePersonText(last: string, first: string, born: string): string | undefined {
  const parts = [letters(last), letters(first), born];
  return parts.includes('') ? undefined : parts.join('\n');
}

function letters(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase();
  return plain
    .replace(/[,.]/g, ' ')
    .replace(SUFFIX, ' ')
    .replace(/[^\p{L}]/gu, '');
}
