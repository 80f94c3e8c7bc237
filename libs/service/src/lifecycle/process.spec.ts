import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrateEventStore } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { startService, withPostgres, type ServiceProcess } from '@privity/testing';

import { TestInstallation } from '../testing/index.js';

jest.setTimeout(60_000);

const postgres = withPostgres();
// A process runs the built library: `nx test service` builds it first.
const built = pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'index.js')).href;
let installation: TestInstallation;
let variables: Record<string, string>;
let appDir: string;

beforeAll(async () => {
  installation = new TestInstallation();
  const { serviceUrl } = await postgres.forService(async (owner, options) => {
    await migrateEventStore(owner, options);
    await migrateEventStream(owner, options);
  });
  variables = await installation.variables('audit', { databaseUrl: serviceUrl });
  appDir = mkdtempSync(join(tmpdir(), 'privity-test-app-'));
  mkdirSync(join(appDir, 'dist'));
  const main = `import { runService } from ${JSON.stringify(built)};
class Empty {}
process.on('SIGUSR2', () => { throw new Error('secret 2125550101'); });
await runService({ name: 'audit', module: { module: Empty } });\n`;
  writeFileSync(join(appDir, 'dist', 'main.js'), main);
  writeFileSync(join(appDir, 'package.json'), '{"type":"module"}');
}, 60_000);
afterAll(() => {
  installation.remove();
  rmSync(appDir, { recursive: true, force: true });
});

async function withService(
  env: Record<string, string>,
  test: (service: ServiceProcess) => Promise<void>,
): Promise<void> {
  const service = await startService(appDir, { ...variables, ...env });
  try {
    await test(service);
  } finally {
    await service.dispose();
  }
}

describe('a service as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s while a reader waits for its feed', async (signal) => {
    await withService({}, async (service) => {
      const token = await installation.token('ada', ['auditor']);
      const headers = { authorization: `Bearer ${token}` };
      const waiting = fetch(`${service.url}/feed/audit/0?after=0&wait=30000`, { headers });
      await new Promise((resolve) => setTimeout(resolve, 200));
      const began = Date.now();
      await service.kill(signal);
      expect(service.exitCode()).toBe(0);
      expect((await waiting).status).toBe(200);
      expect(Date.now() - began).toBeLessThan(4_000);
      expect(await service.output()).toContain('"message":"stopped"');
    });
  });

  it('goes when its launcher went while it was still loading', async () => {
    const env = { PATH: process.env['PATH'], ...variables, PRIVITY_PORT: '0' };
    const child = fork(join(appDir, 'dist', 'main.js'), { cwd: appDir, env, execArgv: [], stdio: 'ignore' });
    const exited = once(child, 'exit');
    child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    expect(await exited).toEqual([0, null]);
    clearTimeout(timer);
  });

  it('goes when its launcher is gone', async () => {
    await withService({}, async (service) => {
      service.orphan();
      await service.exited;
      expect(service.exitCode()).toBe(0);
    });
  });

  it.each([
    ['PRIVITY_DATABASE_URL', '', /PRIVITY_DATABASE_URL is not set/],
    ['PRIVITY_STREAM', 'pigeon', /PRIVITY_STREAM is neither/],
    ['PRIVITY_SERVICES', '{"registry":"nowhere"}', /PRIVITY_SERVICES has no http\(s\) URL under \\"registry\\"/],
    ['PRIVITY_KEYS', '/nonexistent', /nonexistent cannot be read/],
    ['PRIVITY_DATABASE_URL', 'postgres://nobody:hunter2@127.0.0.1:9/none', /could not start/],
  ])('ends with one plain line and exit code 1 where %s is %p', async (name, value, words) => {
    const failed = startService(appDir, { ...variables, [name]: value }).then(
      () => 'started',
      (error: Error) => error.message,
    );
    const message = await failed;
    expect(message).toMatch(words);
    const lines = message.split('\n').filter((line) => line.startsWith('{'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'fatal', service: 'audit', message: 'could not start' });
    expect(message).not.toContain('hunter2');
  });

  it('ends with exit code 1 on what nobody foresaw, and does not quote it', async () => {
    await withService({}, async (service) => {
      await service.kill('SIGUSR2');
      expect(service.exitCode()).toBe(1);
      const output = await service.output();
      expect(output).toContain('"level":"fatal"');
      expect(output).not.toContain('2125550101');
    });
  });
});
