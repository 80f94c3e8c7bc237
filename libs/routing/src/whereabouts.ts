import type { CallerListed, CallerMoved } from './events.js';

export type Move = Omit<CallerMoved['data'], 'caller'>;

/** A person in custody as roster and movement records tell. */
export interface Person {
  readonly facility: string;
  readonly status: CallerListed['data']['status'];
  /** Ascending by date; moves of one day in the order in which they were recorded. */
  readonly moves: readonly (Move & {
    /** The roster's last word came after this record. */ readonly beforeRoster: boolean;
  })[];
}

export function listed(person: Person | undefined, data: CallerListed['data']): Person {
  const moves = (person?.moves ?? []).map((move) => ({ ...move, beforeRoster: true }));
  return { facility: data.facility, status: data.status, moves };
}

export function moved(person: Person, { from, to, on }: CallerMoved['data']): Person {
  const moves = person.moves.slice();
  let at = moves.length;
  while (at > 0 && (moves[at - 1] as Move).on > on) at -= 1;
  moves.splice(at, 0, { from, to, on, beforeRoster: false });
  return { ...person, moves };
}

/**
 * The facility that had the person on that day (local date), undefined: none. The place that the next move takes them away
 * from; without a next move the last move's destination if it was recorded after the roster, else the roster's word.
 */
export function facilityOn(person: Person, day: string): string | undefined {
  const next = person.moves.find((move) => move.on > day);
  if (next !== undefined) return next.from;
  const last = person.moves.at(-1);
  if (last !== undefined && !last.beforeRoster) return last.to;
  return person.status === 'in' ? person.facility : undefined;
}
