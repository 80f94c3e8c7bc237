import type { ServiceDefinition } from '@privity/service';
import { RoutingModule } from './routing.module.js';

/** Its views, and its table of open calls, follow the registry and the own store by themselves: no subscription. */
export const definition: ServiceDefinition = { name: 'routing', module: RoutingModule };
