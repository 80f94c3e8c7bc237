import {
  CONTEXTS,
  ConfigError,
  Environment,
  JsonLog,
  loadPublicKey,
  runUntilStopped,
  TokenVerifier,
  type ContextName,
} from '@privity/service';

import { Gateway } from './gateway.js';

const log = new JsonLog('gateway');

await runUntilStopped(log, async () => {
  const env = new Environment(process.env);
  const gateway = await Gateway.start({
    host: env.text('PRIVITY_HOST') ?? '127.0.0.1',
    port: env.integer('PRIVITY_PORT', 0),
    services: everyService(env.urls('PRIVITY_SERVICES')),
    tokens: new TokenVerifier(loadPublicKey(env.required('PRIVITY_TRUST'), 'identity')),
    registrationsPerHour: env.integer('PRIVITY_REGISTRATIONS_PER_HOUR', 20),
    proxyHops: env.integer('PRIVITY_PROXY_HOPS', 0),
    log,
  });
  log.line('info', 'listening', { port: Number(new URL(gateway.url).port) });
  return gateway;
});

function everyService(urls: Readonly<Record<string, readonly string[]>>): Record<ContextName, readonly string[]> {
  const entries = CONTEXTS.map((name) => {
    const replicas = urls[name];
    if (replicas === undefined) throw new ConfigError('PRIVITY_SERVICES', `has no entry "${name}"`);
    return [name, replicas] as const;
  });
  return Object.fromEntries(entries) as Record<ContextName, readonly string[]>;
}
