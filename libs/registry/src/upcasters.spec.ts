import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentVersion, readRegistryEvent, REGISTRY_TYPES, UnknownRegistryEvent } from './upcasters.js';

// The bytes of version 1 as they stand in logs; they are never edited, whatever later versions look like.
const stored = readFileSync(join(import.meta.dirname, 'fixtures/version-1.jsonl'), 'utf8')
  .trim()
  .split('\n');

describe('readRegistryEvent', () => {
  it.each(stored.map((text) => JSON.parse(text) as { type: string; dataschema: string; data: unknown }))(
    'reads version 1 of $type',
    (event) => {
      expect(readRegistryEvent(event)).toEqual({ type: event.type, data: event.data });
    },
  );

  it('has a fixture for every type it writes', () => {
    const types = REGISTRY_TYPES.filter((type) => type !== 'registry.EventParked');
    for (const type of types) {
      expect(stored.some((text) => text.includes(`"dataschema":"urn:privity:${type}:${currentVersion(type)}"`))).toBe(
        true,
      );
    }
  });

  it.each([
    ['registry.NumberProtected', 'urn:privity:registry.NumberProtected:2'],
    ['registry.NumberProtected', 'urn:privity:registry.NumberProtected:0'],
    ['registry.NumberProtected', 'urn:privity:registry.NumberProtected:x'],
    ['registry.NumberProtected', 'urn:privity:registry.ListImported:1'],
    ['registry.NumberReleased', 'urn:privity:registry.NumberReleased:1'],
    ['toString', 'urn:privity:toString:1'],
  ])('stops at %s with schema %s', (type, dataschema) => {
    expect(() => readRegistryEvent({ type, dataschema, data: {} })).toThrow(UnknownRegistryEvent);
  });
});
