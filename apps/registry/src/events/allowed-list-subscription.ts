import { SubscriptionStrategy } from '@privity/event-stream';
import type { RoutingEvent } from '@privity/routing/events';
import { crash, type ServiceParts } from '@privity/service';

// Every other type that routing speaks, checked for completeness by the compiler: an unknown one halts the shard.
const IGNORED: Record<Exclude<RoutingEvent['type'], 'routing.NumbersAllowed'>, true> = {
  'routing.FacilityListed': true,
  'routing.FacilityPolicySet': true,
  'routing.CallerListed': true,
  'routing.CallerMoved': true,
  'routing.DirectoryImported': true,
  'routing.CallDecided': true,
  'routing.NoticeAnswered': true,
  'routing.CallConnected': true,
  'routing.CallEnded': true,
  'routing.PermitRevoked': true,
};

/** What the registry learns from routing: numbers that a caller's list names as a lawyer's. */
export function allowedListSubscription({ config, dataSource, log }: ServiceParts): SubscriptionStrategy {
  return new SubscriptionStrategy({
    consumer: 'registry.allowed-lists',
    version: 1,
    sources: ['/privity/routing'],
    stream: config.stream,
    dataSource,
    ignores: Object.keys(IGNORED),
    log: log.stream,
    onCrash: crash,
  });
}
