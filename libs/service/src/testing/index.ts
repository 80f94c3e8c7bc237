import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Role } from '../auth/principal.js';
import { signToken } from '../auth/tokens.js';
import { Environment, readServiceConfig, type ContextName, type ServiceConfig } from '../config.js';
import { provisionKeys, type KeyFolders } from '../keys/provision.js';
import { loadSigningKey } from '../keys/signing-keys.js';

export interface TestServices {
  readonly databaseUrl: string;
  /** Base URLs of other services; none needed for a service that asks nobody. */
  readonly services?: Partial<Record<ContextName, string | readonly string[]>>;
  /** `feed` unless brokers are given. */
  readonly brokers?: readonly string[];
  readonly more?: Readonly<Record<string, string>>;
}

/** Keys and tokens of an installation made for one test, in a temporary folder. */
export class TestInstallation {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'privity-test-'));
  readonly keys: KeyFolders = provisionKeys(this.dataDir);

  /** A token as `privity token` prints it; an hour unless told. */
  token(
    subject: string,
    roles: readonly Role[],
    more: { facility?: string; ttlSeconds?: number } = {},
  ): Promise<string> {
    return signToken(loadSigningKey(this.keys.identity, 'identity'), { subject, roles, ttlSeconds: 3600, ...more });
  }

  /** The variables the launcher would set, for a real process. */
  async variables(name: ContextName, given: TestServices): Promise<Record<string, string>> {
    return {
      PRIVITY_PORT: '0',
      PRIVITY_DATABASE_URL: given.databaseUrl,
      ...(given.brokers === undefined
        ? { PRIVITY_STREAM: 'feed' }
        : { PRIVITY_STREAM: 'kafka', PRIVITY_KAFKA_BROKERS: given.brokers.join(',') }),
      PRIVITY_SERVICES: JSON.stringify(given.services ?? {}),
      PRIVITY_KEYS: this.keys.services[name],
      ...(name === 'audit' ? {} : { PRIVITY_INDEX_KEYS: this.keys.index }),
      ...(name === 'registry' ? { PRIVITY_OUTBOX: join(this.dataDir, 'outbox') } : {}),
      PRIVITY_TRUST: this.keys.trust,
      PRIVITY_SERVICE_TOKEN: await this.token(`service:${name}`, ['service']),
      ...given.more,
    };
  }

  /** The same as a configuration, for `bootService` in the test's own process. */
  async config(name: ContextName, given: TestServices): Promise<ServiceConfig> {
    return readServiceConfig(name, new Environment(await this.variables(name, given)));
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
