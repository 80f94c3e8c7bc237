import type { ListLosses } from './events.js';

const MOST_LOST = 5;
const MOST_LOST_SHARE = 0.005;

/** A list that lost more than this, in all its files of thirty days together, is not believed without a second person. */
export const LOSS_WINDOW_DAYS = 30;

/**
 * Whether a list lost too many entries (T3): more than five, or more than half of a percent of what stood when the
 * thirty days began, whichever is less. Departed entries count, not the net size: as many strangers make up for nobody.
 */
export function losesTooMuch({ entries, departed, departedBefore }: ListLosses): boolean {
  if (departed === 0) return false;
  const limit = Math.min(MOST_LOST, MOST_LOST_SHARE * (entries + departedBefore));
  return departed + departedBefore > limit;
}
