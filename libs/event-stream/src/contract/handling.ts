import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { expect, it } from '@jest/globals';
import { defer, type Observable } from 'rxjs';
import { connectSubscription } from '../nest/connect-subscription.js';
import { EventContext } from '../nest/event-context.js';
import { SubscriptionStrategy } from '../nest/subscription-strategy.js';
import { sourceOf } from '../names.js';
import { halts } from '../operate/park.js';
import type { OpenedBench } from './bench.js';
import { run, scripted, scriptId } from './script.js';
import { eventually, onStage, type Stage, upTo } from './stage.js';

class HandlerBroke extends Error {
  readonly code = 'handler-broke';
}

const STAGE = Symbol('stage');
const BROKEN = Symbol('broken consumer');
const SOUND = Symbol('sound consumer');

@Controller()
class Counting {
  constructor(@Inject(STAGE) private readonly stage: Stage) {}

  @EventPattern<string>('test.Counted', BROKEN)
  async broken(@Payload() event: { position: string }, @Ctx() context: EventContext): Promise<void> {
    await this.stage.ledger.count(context.event, context.manager);
    if (event.position === '4') throw new HandlerBroke('and nobody would know');
  }

  @EventPattern<string>('test.Counted', SOUND)
  async sound(@Ctx() context: EventContext): Promise<void> {
    await this.stage.ledger.count(context.event, context.manager);
  }

  /** Does nothing until somebody subscribes to what it returns. */
  @EventPattern<string>('test.Counted', SOUND)
  lazily(@Ctx() context: EventContext): Observable<void> {
    return defer(() => this.stage.ledger.count(context.event, context.manager));
  }
}

@Module({ controllers: [Counting] })
class CountingModule {}

/** Nest's wrappers hide errors and do not wait: none of it may move a checkpoint past an event that was not handled. */
export function handling(bench: () => OpenedBench): void {
  it('leaves the checkpoint unmoved when an @EventPattern handler throws, and says what it threw', () =>
    onStage(bench(), async (stage) => {
      const { context, ledger } = stage;
      const wire = await bench().script(context);
      stage.until(() => wire.stop());
      await wire.deliver(9, run(context, 9, 1, 8));
      await serve(stage, BROKEN, ['test.Elsewhere']);
      await eventually(async () => expect(await halts(ledger.dataSource)).toHaveLength(1));
      const [halt] = await halts(ledger.dataSource);
      expect(halt).toMatchObject({ code: 'handler-failed', position: 4, cause: 'HandlerBroke (handler-broke)' });
      expect(await ledger.checkpoint(context, 9)).toBe(3);
      expect((await ledger.applied(context)).get(9)).toEqual([1, 2, 3]);
    }));

  it('awaits every handler of a type, one after another, in the transaction of the checkpoint', () =>
    onStage(bench(), async (stage) => {
      const { context, ledger } = stage;
      const wire = await bench().script(context);
      stage.until(() => wire.stop());
      await wire.deliver(9, [
        ...run(context, 9, 1, 3),
        scripted({ context, shard: 9, position: 4, type: 'test.Elsewhere' }),
      ]);
      await serve(stage, SOUND, ['test.Elsewhere']);
      await eventually(async () => expect(await ledger.checkpoint(context, 9)).toBe(4));
      expect((await ledger.applied(context)).get(9)).toEqual(upTo(3).flatMap((position) => [position, position]));
      await wire.deliver(9, [scripted({ context, shard: 9, position: 5, type: 'test.Unheard' })]);
      await eventually(async () => expect(await halts(ledger.dataSource)).toHaveLength(1));
      expect((await halts(ledger.dataSource))[0]).toMatchObject({ code: 'unhandled-type', id: scriptId(9, 5) });
    }));
}

async function serve(stage: Stage, transportId: symbol, ignores: readonly string[]): Promise<void> {
  const app = await NestFactory.create(withStage(stage), new FastifyAdapter(), { logger: false });
  stage.until(() => app.close());
  connectSubscription(
    app,
    new SubscriptionStrategy({
      consumer: 'counting',
      version: 1,
      sources: [sourceOf(stage.context)],
      stream: stage.bench.streamFor([stage.context]),
      dataSource: stage.ledger.dataSource,
      transportId,
      ignores,
      onCrash: (error) => {
        throw error;
      },
    }),
  );
  await app.startAllMicroservices();
}

function withStage(stage: Stage) {
  return { module: CountingModule, providers: [{ provide: STAGE, useValue: stage }] };
}
