import type { ServiceDefinition } from '@privity/service';
import { RoutingModule } from './routing.module.js';

/** Its views follow the registry and the own store by themselves: no subscription with a checkpoint. */
export const definition: ServiceDefinition = { name: 'routing', module: RoutingModule };
