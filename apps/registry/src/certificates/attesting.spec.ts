import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStore, parseEnvelope, StoreRestored } from '@privity/event-store';
import { ATTESTATION_STREAM, attestationDifferences, ProtectionView, readRegistryEvent } from '@privity/registry';
import type { RegistryAttested } from '@privity/registry';
import { FileKeyRing } from '@privity/service';
import { Installation } from '../testing/installation.js';
import { post } from '../testing/requests.js';
import { Attesting } from './attesting.js';

jest.setTimeout(60_000);

describe('what the registry attests', () => {
  let place: Installation;
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const store = () => place.registry.app.get(EventStore);
  const attest = (now: string) => place.registry.app.get(Attesting).attest(now);
  const attested = async () =>
    (await store().readStream(ATTESTATION_STREAM)).map(
      ({ text }) => readRegistryEvent(parseEnvelope(text)) as RegistryAttested,
    );
  const protect = (number: string) =>
    post(place, '/api/protections', { number, reason: 'x', basis: 'y' }, ['registrar']);

  it('is one event a day here, whichever replica is first and whatever the others would have said', async () => {
    await protect('2125550120');
    await attest('2026-03-01T10:00:00.000Z');
    await attest('2026-03-01T10:00:00.000Z');
    await protect('2125550121');
    await attest('2026-03-01T23:59:59.999Z');
    expect(await attested()).toMatchObject([{ data: { hour: '2026-03-01T00:00:00.000Z', count: 1, persons: 0 } }]);
    await attest('2026-03-02T00:00:00.000Z');
    expect((await attested()).map(({ data }) => data.count)).toEqual([1, 2]);
  });

  it('follows from the events before it', async () => {
    const key = FileKeyRing.open(place.keys.index).current('view-digest').key;
    const replayed = new ProtectionView(key, Infinity);
    for (const { shard, position } of await store().heads()) {
      for (const event of await store().readShard(shard, 0, position)) {
        replayed.apply(shard, event.position, event.id, readRegistryEvent(parseEnvelope(event.text)));
      }
    }
    for (const { data } of await attested()) expect(attestationDifferences(replayed, data)).toEqual([]);
  });

  it('is nothing where the store lost events (T3)', async () => {
    const restored = jest.spyOn(store(), 'restored', 'get').mockReturnValue('an older copy');
    await expect(attest('2026-03-03T00:00:00.000Z')).rejects.toThrow(StoreRestored);
    restored.mockRestore();
    expect(await attested()).toHaveLength(2);
  });
});

it('the registry attests by itself, and no more once it is closed', async () => {
  const place = await Installation.start({ PRIVITY_ATTEST_EVERY_MS: '600' });
  const store = place.registry.app.get(EventStore);
  const seen = async () => (await store.readStream(ATTESTATION_STREAM)).length;
  try {
    while ((await seen()) < 2) await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    await place.stop();
  }
  expect(place.log.filter((line) => line.includes('could not be attested'))).toEqual([]);
});
