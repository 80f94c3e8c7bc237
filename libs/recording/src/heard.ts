/** G.711 mu-law, one channel: 8,000 samples of one byte each second. */
export const BYTES_PER_SECOND = 8_000;

/**
 * What was handed to a listener since the last flush, as ranges of seconds from the start, half open. Bytes handed over
 * count as heard: what the listener's machine did with them cannot be known.
 */
export class HeardRanges {
  private ranges: [number, number][] = [];

  /** Bytes `from` to `to` (exclusive) of the plain sound left the vault. */
  add(from: number, to: number): void {
    if (to <= from) return;
    const last = this.ranges.at(-1);
    if (last && last[1] === from) last[1] = to;
    else this.ranges.push([from, to]);
  }

  get empty(): boolean {
    return this.ranges.length === 0;
  }

  /** The ranges since the last call, in seconds; then begins anew. */
  take(): readonly (readonly [number, number])[] {
    const taken = this.ranges.map(([from, to]) => [from / BYTES_PER_SECOND, to / BYTES_PER_SECOND] as const);
    this.ranges = [];
    return taken;
  }
}
