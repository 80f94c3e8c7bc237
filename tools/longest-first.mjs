import Sequencer from '@jest/test-sequencer';

/** Those that start whole instances, brokers or servers, and take minutes. */
const LONG = [/\/e2e\/src\//, /\/faults\//, /\/event-store\.spec\./];

/** The long ones first: begun last, they would leave one of two workers without anything to do. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = LONG.findIndex((form) => form.test(path));
      return at === -1 ? LONG.length : at;
    };
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
}
