import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { besideCalls, CALLS_PER_SECOND } from '../calls/beside.js';
import { type CallHouse, withCallHouse } from '../calls/house.js';
import { Protecting, type Reached } from '../calls/protecting.js';
import { withServer } from '../database.js';
import { atMost, type Figures, type Line, type Row } from '../line.js';
import { alternate, median, percentile, repeat } from '../rounds.js';
import { type BareTopic, openBareTopic } from '../stream/bare-topic.js';
import { withBroker } from '../stream/kafka.js';

/** Nobody protects numbers in step with a poll, so each comes at another moment of every wait on its way. */
const BETWEEN_MS = 200;
/** Of a protection by staff, as it is stored: the number and the statement are sealed in it. */
const BYTES = 950;

/** What came of each of a round's tries; the round that goes before counts for nothing here either. */
class Tries<T> {
  private readonly all: T[] = [];

  constructor(
    private readonly each: number,
    private readonly one: () => Promise<T>,
  ) {}

  async round(): Promise<Figures> {
    for (let n = 0; n < this.each; n++) {
      await sleep(Math.random() * BETWEEN_MS);
      this.all.push(await this.one());
    }
    return {};
  }

  /** Of all rounds together: the few tries of one have no p99. */
  of(part: (tried: T) => number): number[] {
    return this.all.slice(this.each).map(part);
  }
}

function spread(ms: readonly number[]): Figures {
  return { p50: percentile(ms, 0.5), p99: percentile(ms, 0.99), slowest: Math.max(...ms) };
}

function reach(tries: Tries<Reached>): Figures {
  const sent = spread(tries.of(({ sinceSent }) => sinceSent));
  return {
    ...spread(tries.of(({ sinceAnswered }) => sinceAnswered)),
    'p50 since sent': sent['p50'] ?? NaN,
    'p99 since sent': sent['p99'] ?? NaN,
    'asked every': median(tries.of(({ askedEvery }) => askedEvery)),
  };
}

/**
 * From the answer to `POST /api/protections`, by when the protection is durable, until a call to the number is refused
 * recording because of it: registry, routing and gateway as they run, over either stream; and with a registry in two processes.
 */
export const protectionReach: Row = {
  name: 'protection-reach',
  measure: ({ databaseUrl, rounds, quick, say }) => {
    const each = Math.ceil((quick ? 40 : 500) / rounds);
    const reaching = (house: CallHouse, stream: string, bare?: BareTopic): Promise<Line> =>
      besideCalls(house, async () => {
        say(`over ${stream}`);
        const protecting = await Protecting.open(house, each * (rounds + 1));
        const protections = new Tries(each, () => protecting.next());
        const arrivals = bare && new Tries(each, () => arrival(bare));
        try {
          if (arrivals === undefined) await repeat(rounds, () => protections.round());
          else
            await alternate(
              rounds,
              () => protections.round(),
              () => arrivals.round(),
            );
        } finally {
          await protecting.close();
        }
        const ours = reach(protections);
        return {
          work: `a protection reaches routing over ${stream}, beside ${CALLS_PER_SECOND} calls/s`,
          ours,
          ...(arrivals && {
            beside: 'kafkajs alone, to a consumer that does nothing',
            peer: spread(arrivals.of((ms) => ms)),
          }),
          bars: [atMost('p99', ours['p99'] ?? NaN, 500, 150)],
          rounds,
        };
      });
    return withServer(databaseUrl, async (server): Promise<Line[]> => {
      const overKafka = await withBroker((brokers) =>
        withCallHouse(
          server,
          async (house) => {
            const bare = await openBareTopic(brokers);
            return reaching(house, 'Kafka', bare).finally(() => bare.close());
          },
          { brokers },
        ),
      );
      // What one of two appends is brought by the other, where that holds the shard's lease.
      const ofTwo = await withBroker((brokers) =>
        withCallHouse(server, (house) => reaching(house, 'Kafka, of two registries'), { brokers, registries: 2 }),
      );
      return [overKafka, ofTwo, await withCallHouse(server, (house) => reaching(house, 'the feed'))];
    });
  },
};

async function arrival(bare: BareTopic): Promise<number> {
  const bytes = randomBytes(BYTES / 2).toString('hex');
  const sent = performance.now();
  await bare.reach(bytes);
  return performance.now() - sent;
}
