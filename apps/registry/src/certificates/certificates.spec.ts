import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Role } from '@privity/service';
import { loadPublicKey } from '@privity/service';
import { compactVerify } from 'jose';
import { createHash } from 'node:crypto';
import { Installation } from '../testing/installation.js';
import { importFile, post } from '../testing/requests.js';

jest.setTimeout(60_000);

describe('a certificate (T3)', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const header = 'PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE';
  const csv = (...numbers: readonly (string | number)[]) =>
    [header, ...numbers.map((number) => `${number},Y,Y,*,,,`)].join('\n');
  const get = async (path: string, role: Role = 'auditor') => {
    const authorization = `Bearer ${await place.token(role)}`;
    return fetch(`${place.registry.url}/api/registry/${path}`, { headers: { authorization } });
  };
  const certified = async (path: string, role?: Role) => {
    const answer = await get(path, role);
    const { certificate } = (await answer.json()) as { certificate: string };
    const signed = await compactVerify(certificate, loadPublicKey(place.trustDir, 'registry'));
    return {
      header: signed.protectedHeader,
      said: JSON.parse(Buffer.from(signed.payload).toString()) as Record<string, unknown>,
    };
  };
  const ofImport = async (importId: string) => (await certified(`imports/${importId}/certificate`)).said;

  it('of all names numbers, persons and shards as the heartbeat does, and each list', async () => {
    const file = csv(...Array.from({ length: 20 }, (_, n) => 7145550100 + n), 7145550100);
    await importFile(place, 'do-not-record', file, 'oc');
    await importFile(place, 'do-not-record', csv(7145550100), 'other');
    await importFile(
      place,
      'bar-roll',
      'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3\nME,1,Ng,Ana,Active,,2075550100,,\nNH,1,Ng,Bo,Active,,,,',
    );
    await post(place, '/api/protections', { caller: 'I-1', reason: 'court order', basis: 'y' }, ['registrar']);
    const { header, said } = await certified('certificate');
    expect(header).toEqual({ alg: 'EdDSA', kid: 'registry', typ: 'privity-registry-certificate' });
    expect(said).toMatchObject({ count: 21, persons: 1, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const shards = said['shards'] as { position: number; count: number; digest: string }[];
    expect(shards).toHaveLength(12);
    expect(shards.reduce((sum, { count }) => sum + count, 0)).toBe(21);
    const digest = createHash('sha256').update(shards.map((shard) => shard.digest).join(''));
    expect(said['digest']).toBe(digest.digest('hex'));
    expect(said['lists']).toEqual([
      { list: 'bar-roll:ME', kind: 'bar-roll', fileDigest: expect.any(String), entries: 1 },
      { list: 'bar-roll:NH', kind: 'bar-roll', fileDigest: expect.any(String), entries: 1 },
      { list: 'oc', kind: 'do-not-record', fileDigest: sha256(file), entries: 20 },
      { list: 'other', kind: 'do-not-record', fileDigest: expect.any(String), entries: 1 },
    ]);
  });

  it('of a list says the same of the same numbers in any order, however often each is named', async () => {
    const numbers = Array.from({ length: 2_500 }, (_, n) => 3025550000 + n);
    const file = csv(...numbers);
    const one = await importFile(place, 'do-not-record', file, 'one');
    const other = await importFile(place, 'do-not-record', csv(...numbers.toReversed(), ...numbers, 'x'), 'two');
    const less = await importFile(place, 'do-not-record', csv(...numbers.slice(0, -1), 3025559999), 'three');
    const first = await ofImport(one.importId);
    expect(first).toEqual({
      ...{ at: expect.any(String), importId: one.importId, kind: 'do-not-record', list: 'one', state: 'applied' },
      ...{ fileDigest: sha256(file), rows: 2_500, rejected: 0, entries: 2_500 },
      entriesDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const { entriesDigest } = first;
    expect(await ofImport(other.importId)).toMatchObject({ rows: 5_001, rejected: 1, entries: 2_500, entriesDigest });
    const third = await ofImport(less.importId);
    expect(third).toMatchObject({ entries: 2_500 });
    expect(third['entriesDigest']).not.toBe(entriesDigest);
  });

  it('of one number is not what heartbeats begin to count with it', async () => {
    const digests = async () => (await certified('certificate')).said['shards'] as { digest: string }[];
    const before = await digests();
    const { importId } = await importFile(place, 'do-not-record', csv(2125550177), 'single');
    const after = await digests();
    const modulus = 2n ** 256n;
    const steps = after.map(({ digest }, i) => {
      const step = (BigInt(`0x${digest}`) - BigInt(`0x${before[i]?.digest}`) + modulus) % modulus;
      return step.toString(16).padStart(64, '0');
    });
    expect(steps.filter((step) => step !== '0'.repeat(64))).toHaveLength(1);
    expect(steps).not.toContain((await ofImport(importId))['entriesDigest']);
  });

  it('is given of a held list as held, and of no file that was not read to its end', async () => {
    const held = await importFile(place, 'do-not-record', csv(7145550100), 'oc');
    expect(await ofImport(held.importId)).toMatchObject({ state: 'held', entries: 1, list: 'oc' });
    const { said } = await certified('certificate');
    expect(said['lists']).toContainEqual(expect.objectContaining({ list: 'oc', entries: 20 }));
    const broken = await importFile(place, 'do-not-record', 'PHONE\n1', 'broken');
    const answer = await get(`imports/${broken.importId}/certificate`);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'nothing-to-certify' });
    expect((await get('imports/x/certificate')).status).toBe(404);
  });

  it('is not given where entries may have been counted twice, since a later file overtook this one', async () => {
    await place.query(`insert into list_entry (scope, entry, first_seen, last_seen)
      select 'overtaken', entry, 1, 1000000 from list_entry where scope = 'single'`);
    const { importId } = await importFile(place, 'do-not-record', `${csv(2125550177)}\n`, 'overtaken');
    expect((await get(`imports/${importId}/certificate`)).status).toBe(409);
  });

  it('is for those who answer for lists', async () => {
    expect((await get('certificate', 'operator')).status).toBe(200);
    expect((await get('certificate', 'investigator')).status).toBe(403);
    expect((await get('imports/x/certificate', 'dialler')).status).toBe(403);
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
