import type { Instant } from '@privity/kernel';
import type { Role } from '@privity/service';

/** Something that waits for a person. What else there is to know of it depends on its kind. */
export interface WorkItem {
  readonly kind: string;
  /** The role that has to see to it. */
  readonly owner: Role;
  readonly due: Instant;
  /** Ids of the events that made it. */
  readonly events: readonly string[];
  readonly [detail: string]: unknown;
}

/** One kind of matter that people have to see to: held lists, registrations, cases. */
export interface WorkSource {
  items(): Promise<readonly WorkItem[]>;
}

/** All there are; the module names them. */
export const WORK_SOURCES = Symbol('work sources');
