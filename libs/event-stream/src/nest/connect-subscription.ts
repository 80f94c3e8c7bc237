import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { NestMicroservice } from '@nestjs/microservices';
import { OriginalErrors } from './original-errors.js';
import type { SubscriptionStrategy } from './subscription-strategy.js';

/**
 * Attaches a subscription to an application; `app.startAllMicroservices()` starts it and `app.close()` ends it. Use this
 * instead of `connectMicroservice`, which registers the handlers before a filter for their errors can be given.
 */
export function connectSubscription(app: INestApplication, strategy: SubscriptionStrategy): INestMicroservice {
  const microservice = app.connectMicroservice({ strategy }, { deferInitialization: true });
  microservice.useGlobalFilters(new OriginalErrors());
  // The application runs the life-cycle hooks of its providers itself; once is enough.
  if (microservice instanceof NestMicroservice) microservice.setIsInitHookCalled(true);
  return microservice;
}
