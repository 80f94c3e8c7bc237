import { Injectable } from '@nestjs/common';

/** Who is listening right now, so that a seal can cut them off. */
@Injectable()
export class ActivePlaybacks {
  private readonly cuts = new Map<string, Set<() => void>>();

  /** @returns to be called when the playing is over */
  add(recording: string, cut: () => void): () => void {
    const playing = this.cuts.get(recording) ?? new Set();
    playing.add(cut);
    this.cuts.set(recording, playing);
    return () => {
      playing.delete(cut);
      if (playing.size === 0) this.cuts.delete(recording);
    };
  }

  cut(recording: string): void {
    for (const cut of this.cuts.get(recording) ?? []) cut();
  }
}
