// No comment, quote, list or line break: what could be read as more than one address, or as another header.
const FORM = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const LONGEST = 254;

/** One plain address, and nothing around it. Whether anybody reads what is sent there is another matter. */
export function isEmailAddress(text: string): boolean {
  return text.length <= LONGEST && FORM.test(text) && !text.includes('..');
}
