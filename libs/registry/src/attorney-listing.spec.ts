import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import { barStatus, protectsNumbers } from './bar-status.js';
import type { ListAttorney } from './commands.js';
import { attorneyListing } from './decide.js';
import type { RegistryEvent } from './events.js';

const person = { kid: 'k1', iv: 'AAAA', ct: 'AAAA' };
const line = (more: Partial<ListAttorney> = {}): ListAttorney => ({
  type: 'list-attorney',
  attorney: 'attorney-1',
  barState: 'NY',
  status: 'active',
  person,
  personHash: 'hash',
  numbers: ['e1.a', 'e1.b'],
  ...more,
});

const decide = (given: readonly RegistryEvent[], command: ListAttorney) =>
  attorneyListing.decide(command, fold(attorneyListing, given));

describe('an attorney', () => {
  const listed = decide([], line());

  it('is listed by the first line that names them', () => {
    expect(listed).toEqual([
      {
        type: 'registry.AttorneyListed',
        data: {
          attorney: 'attorney-1',
          barState: 'NY',
          status: 'active',
          person,
          personHash: 'hash',
          numbers: ['e1.a', 'e1.b'],
        },
      },
    ]);
  });

  it('is listed once with each number once', () => {
    expect(decide([], line({ numbers: ['e1.a', 'e1.a'] }))).toMatchObject([{ data: { numbers: ['e1.a'] } }]);
    expect(decide(listed, line())).toEqual([]);
    expect(decide(listed, line({ numbers: ['e1.b', 'e1.a'] }))).toEqual([]);
  });

  it('keeps the numbers that a later roll leaves out', () => {
    expect(decide(listed, line({ numbers: [] }))).toEqual([]);
  });

  it('keeps the status that a roll gave when a registrar adds a number', () => {
    const word: ListAttorney = {
      type: 'list-attorney',
      attorney: 'attorney-1',
      barState: 'NY',
      person,
      personHash: 'another',
      numbers: ['e1.c'],
    };
    expect(decide([], word)).toMatchObject([{ data: { status: 'unknown' } }]);
    const status = { from: 'active', to: 'active' };
    expect(decide(listed, word).map(({ data }) => data)).toEqual([
      { attorney: 'attorney-1', status, numbersAdded: ['e1.c'] },
    ]);
  });

  it('is told of when a later roll has another status or further numbers', () => {
    expect(decide(listed, line({ status: 'disbarred', numbers: ['e1.b', 'e1.c'] }))).toEqual([
      {
        type: 'registry.AttorneyListingChanged',
        data: { attorney: 'attorney-1', status: { from: 'active', to: 'disbarred' }, numbersAdded: ['e1.c'] },
      },
    ]);
  });

  it('is told of once when a roll writes them another way, and not on a registrar’s or a form’s word', () => {
    const married = { ...person, ct: 'BBBB' };
    const renamed = decide(listed, line({ person: married, personHash: 'married' }));
    expect(renamed).toEqual([
      {
        type: 'registry.AttorneyListingChanged',
        data: {
          ...{ attorney: 'attorney-1', status: { from: 'active', to: 'active' }, numbersAdded: [] },
          ...{ person: married, personHash: 'married' },
        },
      },
    ]);
    for (const personHash of ['married', 'hash']) {
      expect(decide([...listed, ...renamed], line({ personHash }))).toEqual([]);
    }
    const { status: _status, ...word } = line({ personHash: 'another' });
    expect(decide(listed, word)).toEqual([]);
    // What only staff said, a roll has to say as well: forms are compared with rolls.
    const staffs = decide([], word);
    expect(decide(staffs, line({ personHash: 'another' }))).toMatchObject([{ data: { personHash: 'another' } }]);
    const early = [
      { type: 'registry.AttorneyListed', data: { attorney: 'attorney-1', status: 'active', numbers: [] } },
    ];
    expect(decide(early as never, line({ numbers: [] }))).toMatchObject([{ data: { personHash: 'hash' } }]);
  });

  it('is told of once for each change', () => {
    const changed = [...listed, ...decide(listed, line({ status: 'suspended', numbers: ['e1.c'] }))];
    expect(decide(changed, line({ status: 'suspended', numbers: ['e1.c', 'e1.a'] }))).toEqual([]);
    expect(decide(changed, line())).toMatchObject([
      {
        type: 'registry.AttorneyListingChanged',
        data: { status: { from: 'suspended', to: 'active' }, numbersAdded: [] },
      },
    ]);
  });
});

describe('barStatus', () => {
  it.each([
    ['active', 'active'],
    ['Active', 'active'],
    [' ACTIVE ', 'active'],
    ['INACTIVE', 'inactive'],
    ['Resigned', 'resigned'],
    ['Disbarred', 'disbarred'],
    ['suspended', 'suspended'],
    ['on leave', 'unknown'],
    ['', 'unknown'],
  ])('reads %j as %s', (text, status) => {
    expect(barStatus(text)).toBe(status);
    expect(protectsNumbers(barStatus(text))).toBe(status === 'active');
  });
});
