import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentVersion, upcast } from './upcasters.js';

// The bytes of version 1 as they stand in logs; they are never edited, whatever later versions look like.
const stored = readFileSync(join(import.meta.dirname, 'fixtures/version-1.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((text) => JSON.parse(text) as { source: string; type: string; dataschema: string; data: object })
  .filter(({ source }) => source === '/privity/routing');

describe('a stored event', () => {
  it.each(stored)('of version 1 is read: $type', ({ type, dataschema, data }) => {
    expect(dataschema).toBe(`urn:privity:${type}:1`);
    expect(upcast(type, dataschema, data)).toEqual({ type, data });
  });

  it('that decided a call has a newer version, and the fixture has the older one', () => {
    expect(currentVersion('routing.CallDecided')).toBe(2);
    expect(stored.some(({ type }) => type === 'routing.CallDecided')).toBe(true);
    expect(currentVersion('routing.CallEnded')).toBe(1);
  });

  it.each(['routing.CallDecided:3', 'routing.CallEnded:2', 'routing.CallEnded:0', 'routing.CallEnded:x'])(
    'of %s, which is no version here, stops the reader',
    (name) => {
      expect(() => upcast(name.slice(0, name.indexOf(':')), `urn:privity:${name}`, {})).toThrow('is not known here');
    },
  );
});
