import { describe, expect, it, jest } from '@jest/globals';
import type { NewEvent } from '@privity/event-store';
import { uuidv7 } from '@privity/kernel';
import type { Role } from '@privity/service';
import { decodeBundle, openCheckpoint, verifyLog, verifyTlogProof } from '@privity/transparency-log';
import { until, withAudit } from './testing/running-audit.js';

// Real services on a machine that may be busy.
jest.setTimeout(60_000);

const { get, output, record, start, stop, vkey } = withAudit();

const decided = (over: object): NewEvent => ({
  type: 'routing.CallDecided',
  data: { facility: 'NY-1', outcome: 'connect', recording: 'off', reasons: [], notices: [], ...over },
});
describe('the log', () => {
  it('proves every event of every service to whoever has its bytes and the public key', async () => {
    const recorded = [
      ...(await record('registry', 'import-1', { type: 'registry.ListImported', data: { importId: '1' } })),
      ...(await record('routing', 'call-1', decided({}), { type: 'routing.CallConnected', data: { at: 'x' } })),
      ...(await record('recording', 'media-call-1', { type: 'recording.NoMediaAttested', data: { call: 'call-1' } })),
      ...(await record('audit', 'finding-x', {
        type: 'audit.FindingRaised',
        data: { kind: 'media-refused', evidence: 'e', about: 'x', detail: 'd' },
      })),
    ];
    for (const { id, text } of recorded) {
      const answer = await until(
        () => get(`/api/audit/events/${id}/proof`, ['investigator']),
        ({ status }) => status === 200,
      );
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      const proof = await answer.text();
      expect(verifyTlogProof(proof, text, vkey())).toMatchObject({ origin: 'privity.local/log' });
      expect(() => verifyTlogProof(proof, text.replace('1', '2'), vkey())).toThrow();
      expect(await (await get(`/api/audit/events/${id}`, ['auditor'])).text()).toBe(text);
    }
  });

  it('is public as to checkpoint and hashes, and can be recomputed by those who may read entries', async () => {
    const checkpoint = await (await get('/log/checkpoint')).text();
    const { size } = openCheckpoint(checkpoint, vkey());
    expect(size).toBeGreaterThan(0);
    const tile = await get(`/log/tile/0/000.p/${size}`);
    expect((await tile.arrayBuffer()).byteLength).toBe(size * 32);
    expect(tile.headers.get('cache-control')).toContain('immutable');
    const bundle = Buffer.from(await (await get(`/log/tile/entries/000.p/${size}`, ['auditor'])).arrayBuffer());
    expect(decodeBundle(bundle)).toHaveLength(size);
    expect(await verifyLog({ checkpoint, vkey: vkey(), bundles: [bundle] })).toMatchObject({ size, rootOk: true });
  });

  it('counts what it has of each source', async () => {
    const { shards, size, signed } = (await (await get('/api/audit/log', ['operator'])).json()) as {
      size: number;
      signed: number;
      shards: { source: string; position: number; entries: number }[];
    };
    expect(shards.reduce((sum, { entries }) => sum + entries, 0)).toBe(size);
    expect(shards.every(({ position, entries }) => position === entries)).toBe(true);
    expect(signed).toBeGreaterThan(0);
  });

  it.each([
    ['/log/tile/entries/000.p/1', undefined, 401],
    ['/log/tile/entries/000.p/1', ['investigator'], 403],
    ['/log/tile/0/001', undefined, 404],
    ['/log/tile/0/000', undefined, 404],
    ['/log/tile/0/0', undefined, 404],
    ['/log/tile/0/000.p/256', undefined, 404],
    [`/api/audit/events/${uuidv7()}/proof`, ['auditor'], 404],
    ['/api/audit/events/nothing/proof', undefined, 401],
    ['/api/audit/events/nothing', ['investigator'], 403],
    ['/api/audit/accesses', ['auditor'], 422],
    ['/api/audit/accesses?recording=a&limit=0', ['auditor'], 422],
    ['/api/audit/accesses?recording=a&after=b', ['auditor'], 422],
    ['/api/audit/accesses?recording=a', ['investigator'], 403],
    ['/api/findings', ['supervisor'], 403],
    ['/api/findings?kind=other', ['auditor'], 422],
  ] as [string, Role[] | undefined, number][])('answers %s to %p with %i', async (path, roles, status) => {
    const answer = await get(path, roles);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('a restart', () => {
  it('goes on where it was, with nothing twice', async () => {
    const before = openCheckpoint(await (await get('/log/checkpoint')).text(), vkey());
    await stop();
    const [meanwhile] = await record('routing', 'call-away', decided({}));
    await start();
    const answer = await until(
      () => get(`/api/audit/events/${meanwhile?.id}/proof`, ['auditor']),
      ({ status }) => status === 200,
    );
    const { index, size } = verifyTlogProof(await answer.text(), meanwhile?.text ?? '', vkey());
    expect(index).toBeGreaterThanOrEqual(before.size);
    const { shards } = (await (await get('/api/audit/log', ['operator'])).json()) as {
      shards: { position: number; entries: number }[];
    };
    expect(shards.every(({ position, entries }) => position === entries)).toBe(true);
    expect(size).toBeGreaterThan(before.size);
  }, 30_000);

  it('wrote no personal data and no failure into its log', () => {
    expect(output.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
    expect(output.filter((line) => /dana/.test(line))).toEqual([]);
  });
});
