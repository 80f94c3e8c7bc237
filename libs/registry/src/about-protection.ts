import type { CallerProtected, NumberProtected, ProtectionEnded } from './events.js';

/** An event of the registry's own store. Types that protect nobody only move the position. */
export interface ViewedEvent {
  readonly type: string;
  readonly data: unknown;
}

export function ofWhom(event: NumberProtected | CallerProtected | ProtectionEnded): 'number' | 'caller' {
  if (event.type === 'registry.ProtectionEnded') return event.data.of;
  return event.type === 'registry.NumberProtected' ? 'number' : 'caller';
}

export function protects(event: ViewedEvent): event is NumberProtected | CallerProtected {
  return event.type === 'registry.NumberProtected' || event.type === 'registry.CallerProtected';
}

export function ends(event: ViewedEvent): event is ProtectionEnded {
  return event.type === 'registry.ProtectionEnded';
}
