import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from '@privity/kernel';
import type { Permit } from '@privity/recording';
import { freePort } from '@privity/one-machine';
import { keyFolders, loadSigningKey, provisionKeys, type ServiceConfig } from '@privity/service';
import { indexOf, signPermit } from '../testing/routing-stand-in.js';
import { RoutingPermits } from './routing-permits.js';

let folder: string;
let token: string;
const opened: { servers: Server[]; permits: RoutingPermits[] } = { servers: [], permits: [] };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privity-permits-spec-'));
  provisionKeys(folder);
  const call = `call-${createHash('sha256').update('c-1').digest('base64url')}`;
  const parties = { caller: indexOf('caller'), dialed: indexOf('dialed') };
  const facts = { call, callId: 'c-1', decision: uuidv7(), facility: 'N1', ...parties };
  token = await signPermit(loadSigningKey(keyFolders(folder).services.routing, 'routing'), facts);
});
afterEach(async () => {
  await Promise.all(opened.permits.splice(0).map((permits) => permits.onApplicationShutdown()));
  for (const server of opened.servers.splice(0)) server.close().closeAllConnections();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A routing that takes so long to grant. */
const granting = (afterMs: number) => answering(afterMs, 200);
async function answering(afterMs: number, status: number): Promise<string> {
  const server = createServer((_, response) => {
    void pause(afterMs, undefined, { ref: false }).then(() =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ permit: token })),
    );
  });
  opened.servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const dead = async () => `http://127.0.0.1:${await freePort()}`;
const NEVER = 5_000;
const nobody = () => {
  throw new Error('it was refused');
};

async function asking(...urls: string[]): Promise<{ permits: RoutingPermits; permit: Permit }> {
  const config = {
    trustDir: keyFolders(folder).trust,
    serviceToken: 'a token',
    serviceUrls: () => urls,
  } as unknown as ServiceConfig;
  const permits = new RoutingPermits(config);
  opened.permits.push(permits);
  const permit = await permits.read(token);
  if (permit === undefined) throw new Error('the permit was not signed by routing');
  return { permits, permit };
}

describe('a permit that is to be renewed by one of two replicas of routing', () => {
  it('is renewed by a busy one where the other is dead, whichever is asked first', async () => {
    const { permits, permit } = await asking(await granting(700), await dead());
    for (let n = 0; n < 3; n += 1) expect(await permits.renew(permit, nobody)).toMatchObject({ outcome: 'granted' });
  });

  it('is renewed by a busy one where the other does not answer at all, whichever is asked first', async () => {
    const { permits, permit } = await asking(await granting(600), await granting(NEVER));
    for (let n = 0; n < 3; n += 1) expect(await permits.renew(permit, nobody)).toMatchObject({ outcome: 'granted' });
  });

  it('is refused also by the slower one, after the other has granted: it may be the one that has heard', async () => {
    const { permits, permit } = await asking(await answering(600, 403), await granting(0));
    let refused = 0;
    expect(await permits.renew(permit, () => (refused += 1))).toMatchObject({ outcome: 'granted' });
    expect(refused).toBe(0);
    await pause(800);
    expect(refused).toBe(1);
  });

  it('is not waited for longer than a second where both are too slow: it would have run out meanwhile', async () => {
    const { permits, permit } = await asking(await granting(NEVER), await granting(NEVER));
    for (let n = 0; n < 2; n += 1) {
      const asked = performance.now();
      expect(await permits.renew(permit, nobody)).toEqual({ outcome: 'unreachable' });
      expect(performance.now() - asked).toBeLessThan(1_500);
    }
  });
});
