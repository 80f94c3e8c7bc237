import { SubscriptionStrategy, sourceOf } from '@privity/event-stream';
import { REGISTRY_TYPES } from '@privity/registry';
import { crash, type ServiceParts } from '@privity/service';
import { AUDIT_TYPES, RECORDING_TYPES, ROUTING_TYPES } from './event-types.js';

/** Transport ids: which handlers belong to which consumer. */
export const FINDINGS = Symbol('findings');
export const ACCESSES = Symbol('accesses');
export const FINDING_LIST = Symbol('finding list');

/**
 * The consumers beside the integrator. `findings` is a reactor and never rebuilt; the other two are projections, whose
 * version is that of their schema.
 */
export function subscriptions({ stream, dataSource, log }: ServiceParts): SubscriptionStrategy[] {
  const strategy = (consumer: string, transportId: symbol, contexts: readonly string[], types: readonly string[]) =>
    new SubscriptionStrategy({
      consumer,
      version: 1,
      transportId,
      sources: contexts.map(sourceOf),
      stream,
      dataSource,
      ignores: types,
      onCrash: crash,
      log: log.stream,
    });
  return [
    strategy(
      'audit-findings',
      FINDINGS,
      ['registry', 'routing', 'recording'],
      [...REGISTRY_TYPES, ...ROUTING_TYPES, ...RECORDING_TYPES],
    ),
    strategy('audit-accesses', ACCESSES, ['recording'], RECORDING_TYPES),
    strategy('audit-finding-list', FINDING_LIST, ['audit'], AUDIT_TYPES),
  ];
}
