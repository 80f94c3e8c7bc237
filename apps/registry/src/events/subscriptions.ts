import { SubscriptionStrategy } from '@privity/event-stream';
import { REGISTRY_TYPES } from '@privity/registry';
import type { RoutingEvent } from '@privity/routing/events';
import { crash, type ServiceParts } from '@privity/service';

/**
 * What the registry does because of its own events: it protects, ends, opens cases, leaves messages to be sent, and keeps
 * the tables of what waits for a person. One consumer for all: each reads every number of every list.
 */
export const REACTIONS = Symbol('registry reactions');
/** What the registry learns from routing: numbers that a caller's list names as a lawyer's, or that a party to a call does, and who is in custody. */
export const ALLOWED_LISTS = Symbol('registry allowed lists');

type Handled = 'routing.NumbersAllowed' | 'routing.CallerListed' | 'routing.PrivilegeClaimed';
// Every other type that routing speaks, checked for completeness by the compiler: an unknown one halts the shard.
const OF_ROUTING: Record<Exclude<RoutingEvent['type'], Handled>, true> = {
  'routing.FacilityListed': true,
  'routing.FacilityPolicySet': true,
  'routing.JurisdictionRulesSet': true,
  'routing.FacilityPolicyScheduled': true,
  'routing.CallerMoved': true,
  'routing.DirectoryImported': true,
  'routing.NumberBlocked': true,
  'routing.BlockEnded': true,
  'routing.BlockEndRefused': true,
  'routing.BlocksViewed': true,
  'routing.PolicyTried': true,
  'routing.CallDecided': true,
  'routing.NoticeAnswered': true,
  'routing.CallConnected': true,
  'routing.CallEnded': true,
  'routing.PermitRevoked': true,
  'routing.NumberClaimed': true,
  'routing.ClaimedCallAdmitted': true,
  'routing.RegistryVerdictChanged': true,
  'routing.PartyJoined': true,
};

/** The service's consumers; what each handles stands in the controllers of this folder. */
export function subscriptions({ stream, dataSource, log }: ServiceParts): SubscriptionStrategy[] {
  const consumer = (name: string, transportId: symbol, source: string, ignores: readonly string[]) =>
    new SubscriptionStrategy({
      ...{ consumer: name, version: 1, transportId, sources: [source], ignores },
      ...{ stream, dataSource, log: log.stream, onCrash: crash },
    });
  return [
    consumer('registry.allowed-lists', ALLOWED_LISTS, '/privity/routing', Object.keys(OF_ROUTING)),
    consumer('registry.reactions', REACTIONS, '/privity/registry', REGISTRY_TYPES),
  ];
}
