import { instant, InvalidInput } from '@privity/kernel';
import type { RegisteredAs } from '@privity/registry';
import { readNumber } from '../protections/read-number.js';
import type { RegisteredNumber } from './registration-form.js';

export const AS_DELEGATE = ['paralegal', 'investigator', 'interpreter', 'expert'] as const;
export const AS: readonly RegisteredAs[] = ['attorney', ...AS_DELEGATE];

/** What one registration holds: its event has an end, a practice's list of numbers has not (T11). */
export const NUMBERS_PER_REGISTRATION = 200;

export interface NumberInput {
  readonly number: string;
  readonly effectiveFrom?: string;
}

/** Who registers, as the form has it. */
export interface FormInput {
  readonly last: string;
  readonly first: string;
  readonly firm?: string;
  readonly email?: string;
  readonly numbers: readonly NumberInput[];
}

export interface DelegateInput extends FormInput {
  readonly as: (typeof AS_DELEGATE)[number];
}

/** The public form. For a delegate state and bar number are those of the attorney they work for. */
export interface RegistrationInput extends FormInput {
  readonly as?: RegisteredAs;
  readonly barState: string;
  readonly barNumber: string;
}

export const words = { type: 'string', minLength: 1, maxLength: 200 };
export const barState = { type: 'string', pattern: '^[A-Za-z]{2}$' };
export const email = { type: 'string', pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 254 };

export const numberInput = {
  type: 'object',
  required: ['number'],
  additionalProperties: false,
  properties: {
    number: { type: 'string', minLength: 1, maxLength: 64 },
    effectiveFrom: { type: 'string', format: 'date-time' },
  },
};

const numbers = { type: 'array', minItems: 1, maxItems: NUMBERS_PER_REGISTRATION, items: numberInput };

export const registrationSchema = {
  type: 'object',
  required: ['barState', 'barNumber', 'last', 'first', 'numbers'],
  additionalProperties: false,
  properties: {
    as: { enum: AS },
    barState,
    // As long as a roll's, and of whatever a roll may hold.
    barNumber: { type: 'string', minLength: 1, maxLength: 32 },
    last: words,
    first: words,
    firm: { type: 'string', maxLength: 200 },
    email,
    numbers,
  },
};

export const delegateSchema = {
  type: 'object',
  required: ['as', 'last', 'first', 'numbers'],
  additionalProperties: false,
  properties: { as: { enum: AS_DELEGATE }, last: words, first: words, email, numbers },
};

/** The field that an error or a warning names: a number that stands by itself, or with its date. */
export function numberField(entry: string | NumberInput | undefined, n: number): string {
  return typeof entry === 'object' ? `numbers.${n}.number` : `numbers.${n}`;
}

/** @throws InvalidInput naming the first that cannot be read */
export function readNumbers(entered: readonly (string | NumberInput)[]): readonly RegisteredNumber[] {
  return entered.map((entry, n) => {
    const { number, effectiveFrom }: NumberInput = typeof entry === 'string' ? { number: entry } : entry;
    return {
      number: readNumber(number, numberField(entry, n)),
      ...(effectiveFrom === undefined ? {} : { effectiveFrom: instant(new Date(effectiveFrom)) }),
    };
  });
}

/** @throws InvalidInput where nothing but blanks stands there */
export function readBarNumber(text: string): string {
  const barNumber = text.trim();
  if (barNumber === '') throw new InvalidInput('barNumber', 'is empty');
  return barNumber;
}
