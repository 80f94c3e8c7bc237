import type { ServiceDefinition } from '@privity/service';
import { subscriptions } from './events/subscriptions.js';
import { RegistryModule } from './registry.module.js';

/** The registry as a service; tests boot the same. */
export const definition: ServiceDefinition = {
  name: 'registry',
  module: RegistryModule,
  subscriptions,
};
