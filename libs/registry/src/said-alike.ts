import type { CallerProtected, NumberProtected } from './events.js';
import { type Protection, protectionBy } from './protection.js';

const KEPT = 4096;

/** What a list says of one number it says of thousands: one object for all, a third of the memory. */
export class SaidAlike {
  private readonly known = new Map<string, Protection>();

  one({ category, source, since }: (NumberProtected | CallerProtected)['data']): Protection {
    const key = [category, source.kind, source.ref, since].join('\n');
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.known.size >= KEPT) this.known.clear();
    const said = protectionBy({ source, category, since });
    this.known.set(key, said);
    return said;
  }
}
