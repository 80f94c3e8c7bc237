import { Controller, Get, Inject, Module, Query } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import type { KeyRing } from '@privity/kernel';
import { HEARTBEAT_TYP, numberStream, ProtectionView } from '@privity/registry';
import type { NumberProtected, ProtectionCategory } from '@privity/registry';
import { INDEX_KEYS, loadSigningKey, Roles, ServiceConfig } from '@privity/service';
import { CompactSign } from 'jose';

/** What a test makes the registry do. */
export class Temper {
  answers = true;
  /** Gives the last answer again, whatever is asked. */
  repeats = false;
  /** Counted in one shard more than there is, as if the reader had lost an entry. */
  extraCount = 0;
  /** What it says that it signs. */
  typ: string = HEARTBEAT_TYP;
}

/** The registry's heartbeat over a real store; the rest of the registry is not routing's concern. */
@Controller('internal/heartbeat')
class HeartbeatController {
  constructor(
    private readonly store: EventStore,
    private readonly config: ServiceConfig,
    private readonly temper: Temper,
    @Inject(INDEX_KEYS) private readonly keys: KeyRing,
  ) {}

  private last = '';

  @Get()
  @Roles('service')
  async heartbeat(@Query('nonce') nonce: string): Promise<{ heartbeat: string }> {
    if (!this.temper.answers) throw new Error('the registry is told not to answer');
    if (!this.temper.repeats) this.last = await this.sign(nonce);
    return { heartbeat: this.last };
  }

  private async sign(nonce: string): Promise<string> {
    const view = new ProtectionView(this.keys.current('view-digest').key);
    for (const { shard, position } of await this.store.heads()) {
      for (const event of await this.store.readShard(shard, 0, position)) {
        const { type, data } = parseEnvelope(event.text);
        view.apply(shard, event.position, event.id, { type, data });
      }
    }
    const shards = view.positions().map((_, shard) => view.shardDigest(shard));
    const [first] = shards;
    if (first !== undefined) shards[0] = { ...first, count: first.count + this.temper.extraCount };
    const payload = JSON.stringify({ at: new Date().toISOString(), nonce, shards });
    const key = loadSigningKey(this.config.keysDir, 'registry');
    const { typ } = this.temper;
    return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: 'EdDSA', typ }).sign(key);
  }
}

export const temper = new Temper();

@Module({ controllers: [HeartbeatController], providers: [{ provide: Temper, useValue: temper }] })
export class RegistryStandIn {}

export async function protect(store: EventStore, index: string, category: ProtectionCategory): Promise<void> {
  const { type, data }: NumberProtected = {
    type: 'registry.NumberProtected',
    data: {
      index,
      source: { kind: 'staff', ref: crypto.randomUUID() },
      category,
      basis: 'spec',
      since: new Date().toISOString(),
    },
  };
  await store.append(numberStream(index), 'any', [{ type, data }]);
}
