import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { EntityManager } from 'typeorm';
import { Subscription, type SubscriptionOptions } from '../consume/subscription.js';
import type { EventBatch } from '../stream-event.js';
import { EventContext } from './event-context.js';

export interface SubscriptionStrategyOptions extends Omit<SubscriptionOptions, 'apply' | 'knows'> {
  /** Types that arrive and do not concern this consumer. A type in neither these nor the handlers halts its shard. */
  readonly ignores: readonly string[];
  /** Distinguishes several consumers in one application: `@EventPattern<string>('registry.NumberProtected', SEALING)`. */
  readonly transportId?: symbol;
}

/**
 * A consumer as a Nest transport. Its handlers are the `@EventPattern<string>('<type>')` methods of the application's
 * controllers; they get the envelope and an `EventContext`. All handlers of all events of a batch run one after another
 * in one transaction, and the checkpoint moves with it.
 */
export class SubscriptionStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly handlers = new Map<string, MessageHandler[]>();
  private subscription: Subscription | undefined;

  constructor(private readonly options: SubscriptionStrategyOptions) {
    super();
    if (options.transportId !== undefined) this.setTransportId(options.transportId);
  }

  /** Nest would chain handlers of one type and run them at once on one connection; here each is awaited in turn. */
  override addHandler(
    pattern: string,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    callback.isEventHandler = isEventHandler;
    callback.extras = extras;
    const type = this.normalizePattern(pattern);
    const handlers = this.handlers.get(type) ?? [];
    handlers.push(callback);
    this.handlers.set(type, handlers);
    this.messageHandlers.set(type, handlers[0] ?? callback);
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    const ignored = new Set(this.options.ignores);
    try {
      this.subscription = await Subscription.start({
        ...this.options,
        knows: (type) => this.handlers.has(type) || ignored.has(type),
        apply: (batch, manager) => this.apply(batch, manager),
      });
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  async close(): Promise<void> {
    await this.subscription?.stop();
    this.subscription = undefined;
  }

  /** Halts and crashes are reported by the callbacks of the options; there is nothing else to listen to. */
  on(event: string): never {
    throw new Error(`A subscription has no event ${event}: use onHalt and onCrash of its options`);
  }

  unwrap<T>(): T {
    return this.subscription as T;
  }

  private async apply(batch: EventBatch, manager: EntityManager): Promise<void> {
    for (const event of batch.events) {
      for (const handler of this.handlers.get(event.type) ?? []) {
        const context = new EventContext(event, manager, this.options.consumer);
        try {
          const returned: unknown = await handler(event.envelope, context);
          // Nothing happens in an observable before someone subscribes: await its end.
          if (isObservable(returned)) await lastValueFrom(returned, { defaultValue: undefined });
        } catch (error) {
          throw context.thrown === undefined ? error : context.thrown.error;
        }
        // A filter of the application's own may have swallowed the error; the event was not handled all the same.
        if (context.thrown !== undefined) throw context.thrown.error;
      }
    }
  }
}
