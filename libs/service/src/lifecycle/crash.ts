/**
 * For `onCrash` of subscriptions and tails: ends the process through its fatal handler, so that it is started again. A
 * reader that has stopped for good would otherwise go unnoticed.
 */
export function crash(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}
