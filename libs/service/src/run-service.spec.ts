import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Body, Controller, Get, Module, Param, Post, Req } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { EventStore, migrateEventStore, type EventEnvelope } from '@privity/event-store';
import { EventContext, SubscriptionStrategy } from '@privity/event-stream';
import { migrateEventStream } from '@privity/event-stream/migration';
import { PrivityError, type Decider, type DomainEvent } from '@privity/kernel';
import { freePort } from '@privity/one-machine';
import { withPostgres } from '@privity/testing';
import type { FastifyRequest } from 'fastify';
import pg from 'pg';
import { DataSource } from 'typeorm';

import { CurrentUser, Public, Roles } from './auth/decorators.js';
import type { Principal, Role } from './auth/principal.js';
import { handleCommand } from './handle-command.js';
import { JsonBody } from './http/json-body.js';
import { receiveImport } from './imports/receive-import.js';
import { migrateSubjectKeys, SubjectKeys } from './keys/subject-keys.js';
import { crash } from './lifecycle/crash.js';
import { Readiness } from './lifecycle/readiness.js';
import { JsonLog } from './log.js';
import { bootService, type BootedService } from './run-service.js';
import type { ServiceDefinition } from './service-definition.js';
import { TestInstallation } from './testing/index.js';

type Counted = DomainEvent<'registry.Counted', { readonly value: number }>;
const counter: Decider<number, { add: number }, Counted> = {
  initialState: () => 0,
  decide: ({ add }, value) => (add === 0 ? [] : [{ type: 'registry.Counted', data: { value: value + add } }]),
  evolve: (_, event) => event.data.value,
};
const amount = new JsonBody<{ add: number; at?: string }>({
  type: 'object',
  required: ['add'],
  additionalProperties: false,
  properties: { add: { type: 'integer', minimum: 0 }, at: { type: 'string', format: 'date-time' } },
});

@Controller('api/counter')
class CounterController {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  @Get('open')
  @Public()
  open(): object {
    return { open: true };
  }

  @Get('undeclared')
  undeclared(): object {
    return { reached: true };
  }

  @Get('seen')
  @Roles('auditor')
  async seen(): Promise<object> {
    return this.dataSource.query('select value from seen order by value');
  }

  @Post()
  @Roles('registrar')
  async add(@Body(amount) body: { add: number }, @CurrentUser() user: Principal): Promise<object> {
    const { events, version } = await handleCommand(this.store, counter, 'counter-1', body, { actor: user.subject });
    return { events: events.length, version };
  }

  @Get('fail/:how')
  @Roles()
  fail(@Param('how') how: string): never {
    if (how === 'known') throw new PrivityError('row-wrong', 422, 'A row is wrong.', { field: 'phone', line: 7 });
    throw new Error('secret 2125550101 in a message');
  }

  @Post('media')
  @Roles()
  async media(@Req() request: FastifyRequest): Promise<object> {
    let bytes = 0;
    for await (const chunk of request.body as Readable) bytes += (chunk as Buffer).length;
    return { bytes };
  }

  @Post('imports')
  @Roles('registrar')
  async import(@Req() request: FastifyRequest): Promise<object> {
    const file = await receiveImport(request, {
      kinds: ['bar-roll', 'roster'],
      spoolDir: `${installation.dataDir}/spool`,
    });
    const content = readFileSync(file.path, 'utf8');
    await file.discard();
    return { kind: file.kind, digest: file.digest, bytes: file.bytes, content };
  }

  @EventPattern<string>('registry.Counted')
  async counted(@Payload() event: EventEnvelope<Counted['data']>, @Ctx() context: EventContext): Promise<void> {
    await context.manager.query('insert into seen (value) values ($1)', [event.data.value]);
  }
}

@Module({ controllers: [CounterController] })
class CounterModule {}

const definition: ServiceDefinition = {
  name: 'registry',
  module: CounterModule,
  streamedBodies: ['audio/basic'],
  subscriptions: ({ stream, dataSource }) => [
    new SubscriptionStrategy({
      consumer: 'registry.seen',
      version: 1,
      sources: ['/privity/registry'],
      stream,
      dataSource,
      ignores: [],
      onCrash: crash,
    }),
  ],
};

jest.setTimeout(30_000);

const postgres = withPostgres();
const lines: string[] = [];
let installation: TestInstallation;
let service: BootedService;
let asOwner: (statement: string) => Promise<void>;

beforeAll(async () => {
  installation = new TestInstallation();
  const { ownerUrl, serviceUrl } = await postgres.forService(async (owner, options) => {
    await migrateEventStore(owner, options);
    await migrateEventStream(owner, options);
    await migrateSubjectKeys(owner, options);
    await owner.query('create table seen (value int)');
    await owner.query(`grant select, insert on seen to ${owner.escapeIdentifier(options.serviceRole)}`);
  });
  asOwner = async (statement) => {
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await owner.query(statement).finally(() => owner.end());
  };
  const port = await freePort();
  const config = await installation.config('registry', {
    databaseUrl: serviceUrl,
    services: { registry: `http://127.0.0.1:${port}` },
    more: { PRIVITY_PORT: String(port) },
  });
  service = await bootService(definition, config, new JsonLog('registry', (line) => void lines.push(line)));
}, 60_000);

afterAll(async () => {
  await service.close();
  installation.remove();
}, 60_000);

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
  readonly text: string;
}

async function ask(
  path: string,
  options: { roles?: readonly Role[]; token?: string } & RequestInit = {},
): Promise<Answer> {
  const { roles, token, ...init } = options;
  const bearer = token ?? (roles === undefined ? undefined : await installation.token('ines', roles));
  const headers = { ...init.headers, ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) };
  const answer = await fetch(`${service.url}${path}`, { ...init, headers });
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), text, body: JSON.parse(text) };
}

const post = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } });
const eventually = async (check: () => Promise<void>): Promise<void> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await check();
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};

describe('a service', () => {
  it('is not well while what protects its events is missing, and says what', async () => {
    await asOwner('alter table event_store.event disable trigger event_refuses_delete');
    expect(await ask('/health')).toMatchObject({
      status: 503,
      body: { checks: { store: 'ok', immutability: 'trigger event_refuses_delete is disabled' } },
    });
    await asOwner('alter table event_store.event enable always trigger event_refuses_delete');
    await eventually(async () => expect(await ask('/health')).toMatchObject({ status: 200 }));
  });

  it('says that it is ready, to anybody', async () => {
    await eventually(async () => {
      expect(await ask('/health')).toMatchObject({
        status: 200,
        body: { status: 'ready', service: 'registry', checks: { store: 'ok', start: 'ok' } },
      });
    });
  });

  it('is not ready while something holds it', async () => {
    const release = service.app.get(Readiness).hold('views', 'catching up');
    expect(await ask('/health')).toMatchObject({
      status: 503,
      body: { status: 'not-ready', checks: { views: 'catching up' } },
    });
    release();
    expect(await ask('/health')).toMatchObject({ status: 200 });
  });

  it('decides, appends with the actor, and its own subscription applies it once', async () => {
    const token = await installation.token('rita', ['registrar']);
    expect(await ask('/api/counter', { token, ...post('{"add":2}') })).toMatchObject({
      status: 201,
      body: { events: 1, version: 1 },
    });
    expect(await ask('/api/counter', { token, ...post('{"add":0}') })).toMatchObject({
      body: { events: 0, version: 1 },
    });
    const [event] = await service.app.get(EventStore).readStream('counter-1');
    expect(JSON.parse(event?.text ?? '')).toMatchObject({
      source: '/privity/registry',
      actor: 'rita',
      data: { value: 2 },
    });
    await eventually(async () =>
      expect((await ask('/api/counter/seen', { roles: ['auditor'] })).body).toEqual([{ value: 2 }]),
    );
  });

  it('lets concurrent commands of one stream all stand', async () => {
    const store = service.app.get(EventStore);
    await Promise.all(Array.from({ length: 8 }, () => handleCommand(store, counter, 'counter-2', { add: 1 })));
    const last = (await store.readStream('counter-2')).at(-1);
    expect(JSON.parse(last?.text ?? '')).toMatchObject({ sequence: '8', data: { value: 8 } });
  });

  it('offers keys per subject that can be forgotten', async () => {
    const keys = service.app.get(SubjectKeys);
    const [one, again] = await Promise.all([keys.keyFor('subject-1'), keys.keyFor('subject-1')]);
    expect(one).toEqual(again);
    expect(await keys.find(one.kid)).toEqual(one.key);
    expect([...(await keys.keysFor(['subject-1', 'subject-2', 'subject-2'])).keys()]).toEqual([
      'subject-1',
      'subject-2',
    ]);
    await keys.destroy('subject-1');
    expect(await keys.find(one.kid)).toBeUndefined();
    expect((await keys.keyFor('subject-1')).kid).not.toBe(one.kid);
    await expect(service.app.get(DataSource).query('delete from subject_key')).rejects.toThrow(/permission denied/);
  });

  it('streams a body of a declared media type, and one larger than any JSON may be', async () => {
    const body = Buffer.alloc(3 * 1024 * 1024, 1);
    const headers = { 'content-type': 'audio/basic' };
    expect(await ask('/api/counter/media', { roles: ['dialler'], method: 'POST', body, headers })).toMatchObject({
      body: { bytes: body.length },
    });
  });
});

describe('who may ask', () => {
  it('a public route needs no token, any other does', async () => {
    expect(await ask('/api/counter/open')).toMatchObject({ status: 200 });
    expect(await ask('/api/counter/seen')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('an expired or foreign-signed token is refused', async () => {
    const expired = await installation.token('ines', ['auditor'], { ttlSeconds: -5 });
    expect(await ask('/api/counter/seen', { token: expired })).toMatchObject({ status: 401 });
    const elsewhere = new TestInstallation();
    const foreign = await elsewhere.token('ines', ['auditor']);
    elsewhere.remove();
    expect(await ask('/api/counter/seen', { token: foreign })).toMatchObject({ status: 401 });
  });

  it('the role decides, and a route that names none is closed to all', async () => {
    expect(await ask('/api/counter/seen', { roles: ['registrar'] })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    const everything = { roles: ['auditor', 'operator', 'service', 'registrar'] as const };
    expect(await ask('/api/counter/undeclared', everything)).toMatchObject({ status: 403 });
  });

  it('the feed and the stream status are for those with a right to them', async () => {
    for (const role of ['dialler', 'partner', 'supervisor'] as const) {
      expect(await ask('/feed/registry/0?after=0', { roles: [role] })).toMatchObject({ status: 403 });
    }
    expect(await ask('/stream/status', { roles: ['dialler'] })).toMatchObject({ status: 403 });
    const status = await ask('/stream/status', { roles: ['operator'] });
    expect(status).toMatchObject({ status: 200, body: { source: '/privity/registry' } });
    const page = await ask('/feed/registry', { roles: ['auditor'] });
    expect(page.body).toMatchObject({ source: '/privity/registry' });
    expect(await ask('/feed/registry/99', { roles: ['auditor'] })).toMatchObject({
      status: 422,
      body: { field: 'shard' },
    });
    expect(await ask('/feed/audit/0', { roles: ['auditor'] })).toMatchObject({ status: 404 });
  });
});

describe('a problem', () => {
  const problem = expect.stringContaining('application/problem+json');

  it('names code, field and line', async () => {
    expect(await ask('/api/counter/fail/known', { roles: ['auditor'] })).toMatchObject({
      status: 422,
      type: problem,
      body: {
        type: 'urn:privity:problem:row-wrong',
        title: 'Unprocessable content',
        status: 422,
        code: 'row-wrong',
        detail: 'A row is wrong.',
        field: 'phone',
        line: 7,
      },
    });
  });

  it('shows neither message nor stack of what we did not foresee, nor does the log show what it quotes', async () => {
    const before = lines.length;
    const answer = await ask('/api/counter/fail/unknown?number=2125550199', { roles: ['auditor'] });
    expect(answer).toMatchObject({ status: 500, type: problem, body: { code: 'internal-error' } });
    expect(Object.keys(answer.body as object).sort()).toEqual(['code', 'status', 'title', 'type']);
    const logged = lines.slice(before).join('');
    expect(logged).toContain('/api/counter/fail/:how');
    expect(logged).toContain('run-service.spec.ts');
    for (const secret of ['2125550101', '2125550199', 'unknown']) expect(logged).not.toContain(secret);
  });

  it.each([
    ['{"add":-1}', 'add'],
    ['{}', 'add'],
    ['{"add":1,"more":true}', 'more'],
    ['{"add":1,"at":"yesterday"}', 'at'],
    ['[]', '(body)'],
  ])('of the body %s names the field %s', async (body, field) => {
    expect(await ask('/api/counter', { roles: ['registrar'], ...post(body) })).toMatchObject({
      status: 422,
      type: problem,
      body: { code: 'invalid-input', field },
    });
  });

  it('is also what an unreadable body, an unknown media type, too large a body and an unknown route are', async () => {
    const roles = ['registrar'] as const;
    const unreadable = await ask('/api/counter', { roles, ...post('{"add":2125550101') });
    expect(unreadable).toMatchObject({ status: 400, type: problem, body: { code: 'bad-request' } });
    expect(unreadable.text).not.toContain('2125550101');
    const headers = { 'content-type': 'image/png' };
    expect(await ask('/api/counter', { roles, method: 'POST', body: 'x', headers })).toMatchObject({
      status: 415,
      type: problem,
    });
    const large = await ask('/api/counter', { roles, ...post(`{"add":"${'x'.repeat(1_100_000)}"}`) });
    expect(large).toMatchObject({ status: 413, type: problem });
    const unknown = await ask('/api/nothing/2125550101', { roles });
    expect(unknown).toMatchObject({ status: 404, type: problem, body: { code: 'not-found' } });
    expect(unknown.text).not.toContain('2125550101');
  });
});

describe('an import', () => {
  function form(...parts: readonly (readonly [string, string | Blob])[]): { method: string; body: FormData } {
    const body = new FormData();
    for (const [name, value] of parts) body.append(name, value);
    return { method: 'POST', body };
  }
  const upload = (parts: { method: string; body: FormData }) =>
    ask('/api/counter/imports', { roles: ['registrar'], ...parts });

  it('takes kind, then file, and knows the same bytes again', async () => {
    const file = new Blob(['name,phone\r\nA,1\r\n']);
    const first = await upload(form(['kind', 'bar-roll'], ['file', file]));
    expect(first).toMatchObject({
      status: 201,
      body: { kind: 'bar-roll', bytes: 17, content: 'name,phone\r\nA,1\r\n' },
    });
    expect((await upload(form(['kind', 'bar-roll'], ['file', file]))).body).toEqual(first.body);
  });

  it('names what is missing or wrong', async () => {
    const file = new Blob(['x']);
    expect(await upload(form(['kind', 'nonsense'], ['file', file]))).toMatchObject({
      status: 422,
      body: { field: 'kind' },
    });
    expect(await upload(form(['file', file], ['kind', 'roster']))).toMatchObject({
      status: 422,
      body: { field: 'kind' },
    });
    expect(await upload(form(['kind', 'roster']))).toMatchObject({ status: 422, body: { field: 'file' } });
    expect(await ask('/api/counter/imports', { roles: ['registrar'], ...post('{}') })).toMatchObject({
      body: { field: 'file' },
    });
  });

  it('that is not wanted is read to its end, so that its connection lives on: the next one needs it', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const token = await installation.token('ines', ['registrar']);
    const large = Buffer.concat([
      Buffer.from('--x\r\ncontent-disposition: form-data; name="kind"\r\n\r\nnonsense\r\n'),
      Buffer.from('--x\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n'),
      Buffer.alloc(8 * 1024 * 1024, 'x'),
      Buffer.from('\r\n--x--\r\n'),
    ]);
    const sent = (role: 'allowed' | 'nobody') =>
      new Promise<number | undefined>((resolve, reject) => {
        const authorization = role === 'allowed' ? { authorization: `Bearer ${token}` } : {};
        const headers = {
          ...authorization,
          'content-type': 'multipart/form-data; boundary=x',
          'content-length': large.length,
        };
        const options = { agent, method: 'POST', headers, timeout: 5_000 };
        const sending = request(`${service.url}/api/counter/imports`, options, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        });
        sending.on('timeout', () => sending.destroy(new Error('no answer')));
        sending.on('error', reject);
        sending.end(large);
      });
    try {
      for (let n = 0; n < 3; n += 1) expect(await sent('allowed')).toBe(422);
      for (let n = 0; n < 3; n += 1) expect(await sent('nobody')).toBe(401);
    } finally {
      agent.destroy();
    }
  });
});
