import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import fc from 'fast-check';
import { protectsNumbers } from './bar-status.js';
import { attorneyListing, listImport, numberProtection } from './decide.js';
import type { BarStatus, RegistryEvent } from './events.js';
import { ProtectionView } from './protection-view.js';

const now = '2026-06-30T12:00:00.000Z';
const STATUSES: readonly BarStatus[] = ['active', 'inactive', 'resigned', 'suspended', 'disbarred', 'unknown'];

interface Row {
  readonly attorney: number;
  readonly status: BarStatus;
  readonly numbers: readonly number[];
}

/** The registry with nothing but imports: each line through the deciders that an import calls, in its order. */
class OnlyImports {
  readonly streams = new Map<string, RegistryEvent[]>();
  readonly view = new ProtectionView(Buffer.alloc(32));
  private position = 0;

  roll(rows: readonly Row[]): void {
    for (const { attorney, status, numbers } of rows) {
      const indexes = numbers.map((number) => `e1.${number}`);
      const source = { kind: 'bar-roll', ref: `attorney-${attorney}` } as const;
      for (const index of protectsNumbers(status) ? indexes : []) this.protect(index, source);
      const person = { person: {} as never, personHash: source.ref };
      const said = { attorney: source.ref, barState: 'ME', status, ...person, numbers: indexes };
      this.decide(attorneyListing, source.ref, { type: 'list-attorney', ...said });
    }
  }

  doNotRecord(numbers: readonly number[]): void {
    for (const number of numbers) this.protect(`e1.${number}`, { kind: 'do-not-record', ref: 'do-not-record' });
  }

  complete(id: number, departed: number): void {
    const outcome = { importId: String(id), kind: 'bar-roll', digest: 'd', ...NOTHING } as const;
    const losses = [{ scope: 'x', entries: 100, departed, departedBefore: 0 }];
    this.decide(listImport, `import-${id}`, { type: 'complete-import', outcome, losses, sentBy: 'ana' });
    this.decide(listImport, `import-${id}`, { type: 'complete-import', outcome, losses, sentBy: 'ana' });
  }

  private protect(index: string, source: { kind: 'bar-roll' | 'do-not-record'; ref: string }): void {
    const said = { index, source, category: 'attorney', basis: 'x', since: now, now } as const;
    this.decide(numberProtection, `number-${index}`, { type: 'protect-number', ...said });
  }

  private decide<S, C>(decider: Parameters<typeof fold<S, C, RegistryEvent>>[0], stream: string, command: C): void {
    const history = this.streams.get(stream) ?? [];
    const events = decider.decide(command, fold(decider, history));
    this.streams.set(stream, [...history, ...events]);
    for (const event of events) this.view.apply(0, (this.position += 1), String(this.position), event);
  }
}

const NOTHING = { rows: 0, added: 0, unchanged: 0, rejected: 0 };
const number = fc.nat(12);
const row = fc.record({
  attorney: fc.nat(4),
  status: fc.constantFrom(...STATUSES),
  numbers: fc.array(number, { maxLength: 3 }),
});
const edition = fc.oneof(
  fc.record({ roll: fc.array(row, { maxLength: 6 }), departed: fc.nat(100) }),
  fc.record({ list: fc.array(number, { maxLength: 6 }), departed: fc.nat(100) }),
);

describe('imports', () => {
  it('law: none unprotects, whatever editions follow each other', () => {
    fc.assert(
      fc.property(fc.array(edition, { maxLength: 8 }), (editions) => {
        const registry = new OnlyImports();
        const seen = new Set<string>();
        editions.forEach((one, n) => {
          if ('roll' in one) registry.roll(one.roll);
          else registry.doNotRecord(one.list);
          registry.complete(n, one.departed);
          for (const [stream, events] of registry.streams) {
            if (events.some(({ type }) => type === 'registry.NumberProtected'))
              seen.add(stream.slice('number-'.length));
          }
          for (const index of seen) expect(registry.view.isProtected(index)).toBeDefined();
          expect(registry.view.count).toBe(seen.size);
        });
      }),
    );
  });

  it('law: in whatever order they come, the same numbers are protected', () => {
    fc.assert(
      fc.property(fc.array(edition, { maxLength: 6 }), (editions) => {
        const [one, other] = [new OnlyImports(), new OnlyImports()];
        for (const [registry, order] of [[one, editions] as const, [other, editions.toReversed()] as const]) {
          for (const each of order) {
            if ('roll' in each) registry.roll(each.roll);
            else registry.doNotRecord(each.list);
          }
        }
        expect(other.view.digest()).toBe(one.view.digest());
      }),
    );
  });
});
