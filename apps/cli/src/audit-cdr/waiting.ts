import type { Progress } from '../progress.js';

const PATIENCE_MS = 2_000;
const LOOK_EVERY_MS = 200;

/** Shows how far something is that takes longer than two seconds. @param percentage undefined: nobody knows */
export async function whileWaiting<T>(
  progress: Progress,
  percentage: () => number | undefined,
  work: Promise<T>,
): Promise<T> {
  let bar: ReturnType<Progress['bar']> | undefined;
  let reached = 0;
  const begun = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - begun < PATIENCE_MS) return;
    bar ??= progress.bar('Reading', 100);
    // Several questions are asked in a row, each of which begins with nothing.
    reached = Math.max(reached, Math.floor(percentage() ?? 0));
    bar.to(reached);
  }, LOOK_EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    bar?.done();
  }
}
