import { describe, expect, it } from '@jest/globals';
import { JsonBody } from '@privity/service';
import {
  delegateSchema,
  readBarNumber,
  readNumbers,
  type RegistrationInput,
  registrationSchema,
} from './form-input.js';

const form = {
  ...{ barState: 'ny', barNumber: '100/a', last: 'Quist', first: 'Roberta', firm: '', email: 'r@example.org' },
  numbers: [{ number: '(212) 555-0177', effectiveFrom: '2019-05-01T00:00:00-04:00' }, { number: '2125550178' }],
};
const read = (over: object) => {
  const { numbers, barNumber } = new JsonBody<RegistrationInput>(registrationSchema).transform({ ...form, ...over });
  return { numbers: readNumbers(numbers), barNumber: readBarNumber(barNumber) };
};

describe('the public form', () => {
  it('is read with its numbers in one spelling and its dates in one clock', () => {
    expect(read({})).toEqual({
      numbers: [{ number: '+12125550177', effectiveFrom: '2019-05-01T04:00:00.000Z' }, { number: '+12125550178' }],
      barNumber: '100/a',
    });
  });

  it.each([
    [{ numbers: [{ number: '2125550177' }, { number: '555-0100' }] }, 'numbers.1.number'],
    [{ numbers: [{ number: '2125550177', effectiveFrom: 'yesterday' }] }, 'numbers.0.effectiveFrom'],
    [{ numbers: ['2125550177'] }, 'numbers.0'],
    [{ numbers: [] }, 'numbers'],
    [{ barNumber: ' ' }, 'barNumber'],
    [{ barState: 'New York' }, 'barState'],
    [{ as: 'clerk' }, 'as'],
    [{ email: 'nobody' }, 'email'],
    [{ enteredBy: 'ana' }, 'enteredBy'],
  ])('with %j names %s', (wrong, field) => {
    expect(() => read(wrong)).toThrow(expect.objectContaining({ status: 422, field }));
  });
});

it('a delegate is no attorney', () => {
  const { barState: _state, barNumber: _number, firm: _firm, ...delegate } = form;
  const body = new JsonBody(delegateSchema);
  expect(body.transform({ ...delegate, as: 'expert' })).toMatchObject({ as: 'expert' });
  expect(() => body.transform({ ...delegate, as: 'attorney' })).toThrow(expect.objectContaining({ field: 'as' }));
  expect(() => body.transform(delegate)).toThrow(expect.objectContaining({ field: 'as' }));
});
