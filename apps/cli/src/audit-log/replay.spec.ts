import { describe, expect, it } from '@jest/globals';
import { shardOf } from '@privity/kernel';
import { ATTESTATION_STREAM, numberStream, ProtectionView, type RegistryAttested } from '@privity/registry';
import { LogReplay } from './replay.js';

const key = Buffer.alloc(32, 7);
const positions = new Map<number, number>();

function logged(subject: string, type: string, data: object, id: string = crypto.randomUUID()): string {
  const shard = shardOf(subject);
  const position = (positions.get(shard) ?? 0) + 1;
  positions.set(shard, position);
  return (
    `{"specversion":"1.0","id":"${id}","source":"/privity/registry","type":"${type}","subject":"${subject}",` +
    `"time":"2026-06-30T12:00:00.000Z","datacontenttype":"application/json","dataschema":"urn:privity:${type}:1",` +
    `"data":${JSON.stringify(data)},"sequence":"1","shard":${shard},"position":"${position}"}`
  );
}

describe('the replay of a log', () => {
  const source = { kind: 'staff', ref: 's' } as const;
  const said = { index: 'e1.a', source, category: 'unstated', basis: 'x', since: '2020-01-01T00:00:00.000Z' };
  const protectedNumber = logged(numberStream('e1.a'), 'registry.NumberProtected', said);
  const view = new ProtectionView(key);
  view.apply(shardOf(numberStream('e1.a')), 1, 'a', { type: 'registry.NumberProtected', data: said });
  const shards = Array.from({ length: 12 }, (_, shard) => view.shardDigest(shard)!);
  const figures = { count: 1, persons: 0, digest: view.digest(), shards, hour: '2026-06-30T12:00:00.000Z' };
  const attested = (data: RegistryAttested['data']) => {
    const replay = new LogReplay(key);
    positions.clear();
    positions.set(shardOf(numberStream('e1.a')), 1);
    replay.take(protectedNumber);
    replay.take(logged(ATTESTATION_STREAM, 'registry.RegistryAttested', data, 'the-attestation'));
    return replay.finish();
  };

  it('agrees with what the registry attested', () => {
    expect(attested(figures)).toEqual({ replayed: 0, attested: 1, mismatches: [] });
  });

  it('names the attestation that does not follow from the events before it', () => {
    expect(attested({ ...figures, count: 1_300 })).toEqual({
      ...{ replayed: 0, attested: 1 },
      mismatches: [{ event: 'the-attestation', field: 'data.count', live: '1300', derived: '1' }],
    });
  });
});
