import type { ServiceDefinition } from '@privity/service';
import { allowedListSubscription } from './events/allowed-list-subscription.js';
import { RegistryModule } from './registry.module.js';

/** The registry as a service; tests boot the same. */
export const definition: ServiceDefinition = {
  name: 'registry',
  module: RegistryModule,
  subscriptions: (parts) => [allowedListSubscription(parts)],
};
