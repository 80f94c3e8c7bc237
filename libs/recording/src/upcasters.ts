import type { RecordingEvent } from './events.js';

/** Makes the next version's data from one version's. Pure; never looks inside sealed values. */
export type Upcaster = (data: unknown) => unknown;

/**
 * By `<type>:<version>` of what it reads. Every event of this context is in its first version, so there are none yet;
 * the first change of a schema adds its step here, with a fixture of the old bytes.
 */
export const upcasters: ReadonlyMap<string, Upcaster> = new Map();

/** Reads a stored event as today's code knows it: steps are chained until none applies. */
export function upcast(
  type: string,
  version: number,
  data: unknown,
  steps: ReadonlyMap<string, Upcaster> = upcasters,
): RecordingEvent {
  let current = data;
  let at = version;
  for (let step = steps.get(`${type}:${at}`); step; step = steps.get(`${type}:${at}`)) {
    current = step(current);
    at += 1;
  }
  return { type, data: current } as RecordingEvent;
}
