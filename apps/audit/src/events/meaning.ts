import { readAuditEvent, type AuditEvent } from '@privity/audit';
import type { EventEnvelope } from '@privity/event-store';
import { upcast as upcastRecording, type RecordingEvent } from '@privity/recording';
import { readRegistryEvent, type RegistryEvent } from '@privity/registry';
import { upcast as upcastRouting, type RoutingEvent } from '@privity/routing';

export type AuditedEvent = RegistryEvent | RoutingEvent | RecordingEvent | AuditEvent;

type DataByType = { [E in AuditedEvent as E['type']]: E['data'] };

/** What a stored event says, read by the upcasters of the context that wrote it. */
export function meaningOf(envelope: EventEnvelope): AuditedEvent {
  const { source, type, dataschema, data } = envelope;
  switch (source) {
    case '/privity/registry':
      return readRegistryEvent(envelope);
    case '/privity/routing':
      return upcastRouting(type, dataschema, data);
    case '/privity/recording':
      return upcastRecording(type, Number(dataschema.slice(dataschema.lastIndexOf(':') + 1)), data);
    default:
      return readAuditEvent(envelope);
  }
}

/** The envelope with its data in the newest version of `type`. A handler gets only the type it was registered for. */
export function readAs<T extends keyof DataByType>(envelope: EventEnvelope, type: T): EventEnvelope<DataByType[T]> {
  const { type: found, data } = meaningOf(envelope);
  if (found !== type) throw new TypeError(`expected ${type}, got ${found}`);
  return { ...envelope, data: data as DataByType[T] };
}
