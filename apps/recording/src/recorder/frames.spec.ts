import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { Frames } from './frames.js';

const MEBIBYTE = 1024 * 1024;
let server: Server;
let agent: Agent;

async function served(take: (frames: Frames) => Promise<void>): Promise<string> {
  server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    void take(new Frames(incoming)).then(() => response.end('answered'));
  });
  // One connection: what comes next has to come over it.
  agent = new Agent({ connections: 1, bodyTimeout: 0 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  await agent.destroy();
  server.closeAllConnections();
  server.close();
});

async function posted(url: string, bytes: number): Promise<string> {
  const signal = AbortSignal.timeout(5_000);
  const { body } = await request(url, { method: 'POST', body: Buffer.alloc(bytes), dispatcher: agent, signal });
  return body.text();
}

describe('the body of a request that is not wanted to its end', () => {
  it.each([1, 2, 3])('is thrown away, so that its connection lives on; cancelled %i times', async (times) => {
    const url = await served(async (frames) => {
      expect(await frames.next()).toMatchObject({ kind: 'frame' });
      // Whoever stops a recording cancels, and so does whoever had begun it, a moment later.
      for (let n = 0; n < times; n += 1, await sleep(1)) frames.cancel();
      expect(await frames.next()).toEqual({ kind: 'cancelled' });
    });
    for (let n = 0; n < 5; n += 1) expect(await posted(url, 4 * MEBIBYTE)).toBe('answered');
  });

  it('gives every byte to who takes them all', async () => {
    let bytes = 0;
    const url = await served(async (frames) => {
      for (let next = await frames.next(); next.kind === 'frame'; next = await frames.next())
        bytes += next.frame.length;
      frames.cancel();
    });
    expect(await posted(url, 4 * MEBIBYTE)).toBe('answered');
    expect(bytes).toBe(4 * MEBIBYTE);
  });
});
