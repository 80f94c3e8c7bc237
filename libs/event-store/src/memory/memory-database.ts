import { SHARDS } from '@privity/kernel';
import pg from 'pg';
import type { AppendRow } from '../batch.js';
import { parseEnvelope, recorded, textOf } from '../envelope.js';
import type { ExpectedVersion, RecordedEvent, ShardHead } from '../event.js';
import type { OwnedDatabase, StoreDatabase, StoreIdentity } from '../store-database.js';
import type { PreparedAppend } from '../validation.js';

interface Row {
  readonly stream: string;
  readonly sequence: number;
  readonly id: string;
  readonly text: string;
}

/** One shard: the head stands by itself, so that a lost event shows as it would in SQL. */
interface Shard {
  head: ShardHead;
  readonly rows: Map<number, Row>;
  readonly positions: Map<string, number>;
}

/** Schema `event_store` in memory: what the SQL functions do, each call a transaction of its own. */
export class MemoryDatabase implements StoreDatabase, OwnedDatabase {
  private readonly shards: Shard[];
  private readonly versions: Map<string, number>;
  private readonly recovered: Set<string>;

  constructor(
    private readonly name = '1/1',
    from?: MemoryDatabase,
  ) {
    this.shards = Array.from({ length: SHARDS }, (_, shard) => {
      const { head, rows, positions } = from?.shard(shard) ?? { head: { shard, position: 0 }, rows: [], positions: [] };
      return { head, rows: new Map(rows), positions: new Map(positions) };
    });
    this.versions = new Map(from?.versions);
    this.recovered = new Set(from?.recovered);
  }

  /** As it is now, as another database: a backup, restored. `name`: as `identity()` gives it. */
  copy(name = this.name): MemoryDatabase {
    return new MemoryDatabase(name, this);
  }

  /** Takes an event away behind everybody's back. */
  lose(shard: number, position: number): void {
    this.shard(shard).rows.delete(position);
  }

  /** Version of each stream, by its name. */
  streams(): ReadonlyMap<string, number> {
    return new Map([...this.versions].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  identity(): Promise<StoreIdentity> {
    return Promise.resolve({ identity: this.name, recovered: this.recovered.has(this.name), encoding: 'UTF8' });
  }

  heads(): Promise<ShardHead[]> {
    return Promise.resolve(this.headsNow());
  }

  headsNow(): ShardHead[] {
    return this.shards.map(({ head }) => head);
  }

  missing(heads: readonly ShardHead[]): Promise<ShardHead[]> {
    return Promise.resolve(
      heads.filter(({ shard, position, id }) => position > 0 && this.shard(shard).rows.get(position)?.id !== id),
    );
  }

  readStream(stream: string, after: number): Promise<RecordedEvent[]> {
    const events = this.shards.flatMap((_, shard) => this.events(shard)).filter((event) => event.stream === stream);
    return Promise.resolve(events.filter((event) => event.sequence > after));
  }

  readShard(shard: number, after: number, limit: number): Promise<RecordedEvent[]> {
    return Promise.resolve(this.events(shard, after, limit));
  }

  async append(
    identity: string,
    known: ReadonlyMap<number, ShardHead>,
    batch: readonly PreparedAppend[],
  ): Promise<AppendRow[]> {
    if (identity !== this.name) throw sqlError('PV001', `this is database ${this.name}, not ${identity}`);
    for (const shard of new Set(batch.map((append) => append.shard))) {
      const head = known.get(shard);
      if (head?.id !== undefined && this.shard(shard).rows.get(head.position)?.id !== head.id)
        throw sqlError('PV001', `event ${shard}/${head.position} is missing or another`);
    }
    const judged = batch.map((append) => {
      const version = this.versions.get(append.stream) ?? 0;
      const texts = append.events.map((event) => this.find(append.shard, event.id)?.text ?? null);
      const repeats = texts.some((text) => text !== null);
      return { append, version, texts: repeats ? texts : null, accepted: !repeats && fits(append.expected, version) };
    });
    return judged.map(({ append, version, texts, accepted }, n) =>
      accepted
        ? this.write(append, version, n + 1)
        : { ord: n + 1, written: false, version, first_position: null, first_previd: null, known_texts: texts },
    );
  }

  idAt(shard: number, position: number): Promise<string | undefined> {
    return Promise.resolve(this.shard(shard).rows.get(position)?.id);
  }

  async restore(shard: number, texts: readonly string[]): Promise<number> {
    const whole = this.copy();
    for (const text of texts) whole.putBack(shard, text);
    for (const text of texts) this.putBack(shard, text);
    return this.shard(shard).head.position;
  }

  async recordRecovery(): Promise<void> {
    this.recovered.add(this.name);
  }

  private write(append: PreparedAppend, version: number, ord: number): AppendRow {
    const { head } = this.shard(append.shard);
    for (const [k, { id, body }] of append.events.entries()) {
      const before = this.shard(append.shard).head;
      const place = {
        shard: append.shard,
        position: before.position + 1,
        sequence: version + k + 1,
        previd: before.id,
      };
      this.insert(append.stream, id, place, textOf(body, place));
    }
    const first = { first_position: String(head.position + 1), first_previd: head.id ?? null };
    return { ord, written: true, version: version + append.events.length, ...first, known_texts: null };
  }

  private putBack(shard: number, text: string): void {
    const { id, subject, sequence, shard: at, position, previd } = parseEnvelope(text);
    const { head } = this.shard(shard);
    const place = { shard, position: Number(position), sequence: Number(sequence) };
    const follows = at === shard && place.position === head.position + 1 && previd === head.id;
    if (!follows || place.sequence !== (this.versions.get(subject) ?? 0) + 1)
      throw sqlError('PV002', `event ${id} does not follow ${shard}/${head.position}`);
    this.insert(subject, id, place, text);
  }

  private insert(
    stream: string,
    id: string,
    { shard: n, position, sequence }: { shard: number; position: number; sequence: number },
    text: string,
  ): void {
    const shard = this.shard(n);
    if (shard.positions.has(id)) throw sqlError('23505', `duplicate key: ${id}`);
    shard.rows.set(position, { stream, sequence, id, text });
    shard.positions.set(id, position);
    shard.head = { shard: n, position, id };
    this.versions.set(stream, sequence);
  }

  private find(shard: number, id: string): Row | undefined {
    return this.shard(shard).rows.get(this.shard(shard).positions.get(id) ?? 0);
  }

  private events(n: number, after = 0, limit = Infinity): RecordedEvent[] {
    const { head, rows } = this.shard(n);
    const found: RecordedEvent[] = [];
    for (let position = after + 1; position <= head.position && found.length < limit; position++) {
      const row = rows.get(position);
      if (row) found.push(recorded({ shard: n, position, sequence: row.sequence }, row.stream, row.id, row.text));
    }
    return found;
  }

  private shard(n: number): Shard {
    const shard = this.shards[n];
    if (!shard) throw new RangeError(`there is no shard ${n}`);
    return shard;
  }
}

function fits(expected: ExpectedVersion, version: number): boolean {
  return expected === 'any' || (expected === 'no stream' ? 0 : expected) === version;
}

function sqlError(code: string, message: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code });
}
