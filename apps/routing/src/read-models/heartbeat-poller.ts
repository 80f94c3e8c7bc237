import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { isInstant } from '@privity/kernel';
import { type Heartbeat, HEARTBEAT_TYP } from '@privity/registry';
import { JsonLog, loadPublicKey, Replicas, ServiceConfig } from '@privity/service';
import { compactVerify } from 'jose';
import { RegistryView } from './registry-view.js';

const EVERY_MS = 2_000;
const ANSWER_LIMIT_MS = 2_000;

/** Asks the registry every two seconds how it sees itself. Without an answer the view just grows stale (P3). */
@Injectable()
export class HeartbeatPoller implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private answers = true;

  constructor(
    private readonly config: ServiceConfig,
    private readonly view: RegistryView,
    private readonly log: JsonLog,
  ) {}

  onApplicationBootstrap(): void {
    void this.run();
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  private async run(): Promise<void> {
    const key = loadPublicKey(this.config.trustDir, 'registry');
    const registry = new Replicas(this.config.serviceUrls('registry'));
    while (!this.stopping.signal.aborted) {
      await this.askInTurn(registry, key);
      await pause(EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Any replica will do: each answers for the store they share, never from behind it. */
  private async askInTurn(registry: Replicas<string>, key: ReturnType<typeof loadPublicKey>): Promise<void> {
    let failure: unknown;
    for (const url of registry.inTurn()) {
      const askedAt = performance.now();
      try {
        this.view.trust.offer(await this.ask(url, key), askedAt);
        this.said(true);
        return;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        registry.silent(url);
        failure = error;
      }
    }
    this.said(false, failure);
  }

  private async ask(url: string, key: ReturnType<typeof loadPublicKey>): Promise<Heartbeat> {
    const nonce = randomUUID();
    const response = await fetch(`${url}/internal/heartbeat?nonce=${nonce}`, {
      headers: { authorization: `Bearer ${this.config.serviceToken}` },
      signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    });
    if (!response.ok) throw new TypeError(`the registry answered ${response.status}`);
    const { heartbeat } = (await response.json()) as { heartbeat?: unknown };
    if (typeof heartbeat !== 'string') throw new TypeError('the answer holds no heartbeat');
    const { payload, protectedHeader } = await compactVerify(heartbeat, key, { algorithms: ['EdDSA'] });
    // The same key signs certificates, which anybody may ask for.
    if (protectedHeader.typ !== HEARTBEAT_TYP) throw new TypeError('the registry signed something else');
    return readHeartbeat(JSON.parse(new TextDecoder().decode(payload)), nonce);
  }

  /** One line when it changes, not one every two seconds. */
  private said(answers: boolean, error?: unknown): void {
    if (answers === this.answers) return;
    this.answers = answers;
    if (answers) this.log.line('info', 'the registry answers again');
    else this.log.failure('no heartbeat from the registry', error, 'warn');
  }
}

function readHeartbeat(payload: unknown, asked: string): Heartbeat {
  const { at, nonce, shards } = payload as Partial<Heartbeat>;
  if (nonce !== asked) throw new TypeError('the heartbeat answers another question');
  const sound =
    typeof at === 'string' &&
    isInstant(at) &&
    Array.isArray(shards) &&
    shards.every(
      (shard) =>
        Number.isSafeInteger(shard?.position) &&
        Number.isSafeInteger(shard?.count) &&
        typeof shard?.digest === 'string',
    );
  if (!sound) throw new TypeError('the heartbeat is malformed');
  return { at, nonce, shards };
}
