import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withPostgres } from '@privity/testing';
import fc from 'fast-check';
import type { CallAnswer } from './calls/call-answer.js';
import { House, until } from './testing/house.js';

const postgres = withPostgres();
let house: House;

const POLICY = {
  ...{ allowedList: 'off', presence: 'noted', recording: 'permitted', maxSeconds: 3600 },
  notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
};
const [LAWYER, ANYBODY] = ['2125550105', '2125550101'];
const wide = (text: string) => text.replace(/[0-9+]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

let count = 0;
const dial = async (dialed: string) => {
  const call = { callId: `call-${(count += 1)}`, facility: 'ME01', caller: '100', dialed };
  return (await house.ask<CallAnswer>('POST', '/api/calls', ['dialler', 'operator'], call)).body;
};

beforeAll(async () => {
  house = await House.start(postgres);
  await house.protect(LAWYER);
  await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
  await house.import('facilities', 'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nME01,A,ME,jail,74,America/New_York\n');
  await house.ask('PUT', '/api/facilities/ME01/policy', ['operator'], POLICY);
  // Nothing but what is dialled keeps a call from being recorded here.
  await until(async () => ((await dial(ANYBODY)).recording === 'after-notice' ? true : undefined));
}, 60_000);
afterAll(() => house.stop());

describe('a protected number', () => {
  const before = [
    '',
    '1',
    '+1',
    '1-',
    '011',
    '0111',
    '011 1 ',
    '*67',
    '*67 1',
    '*82',
    '#31#',
    'tel:',
    'tel:+1',
    '9,1',
    '0',
  ];
  const bodies = [LAWYER, '212-555-0105', '(212) 555-0105', '212.555.0105', '212 555 0105'];
  const after = ['', ' x5', ' ext. 12', ';ext=5', ',,5', '#', '9', '99', '*1', ';phone-context=+1'];

  it('is unrecorded, or the call is denied, in whatever form it is dialled', async () => {
    const form = fc.tuple(
      fc.constantFrom(...before),
      fc.constantFrom(...bodies),
      fc.constantFrom(...after),
      fc.boolean(),
    );
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(form, async ([prefix, body, suffix, isWide]) => {
        const text = `${prefix}${body}${suffix}`;
        const { outcome, recording, reasons } = await dial(isWide ? wide(text) : text);
        expect(recording).toBe('off');
        expect(reasons).toContain(outcome === 'deny' ? 'invalid-number' : 'number-protected');
        seen.add(outcome);
      }),
      { numRuns: 300 },
    );
    expect(seen.size).toBe(2);
  }, 60_000);
});
