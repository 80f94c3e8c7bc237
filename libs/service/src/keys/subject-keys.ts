import { randomBytes } from 'node:crypto';

import { PrivityError, seal, unseal, uuidv7, type KeyRing, type SealedValue } from '@privity/kernel';
import type { ClientBase, Pool } from 'pg';

/** A data key of one subject. `kid` is what sealed values name. */
export interface SubjectKey {
  readonly kid: string;
  readonly key: Buffer;
}

interface Row {
  kid: string;
  subject: string;
  wrapped: string | null;
}

const PURPOSE = 'subject-kek';
const KEY_BYTES = 32;
const REMEMBERED_KEYS = 20_000;

/**
 * Per-subject data keys (P10), wrapped by the ring's `subject-kek` in table `subject_key` of the service's own
 * database. A subject is an opaque id or blind index, never a name or a number. Destroying a key forgets the subject's
 * sealed values; what is sealed for the same subject afterwards gets a new key.
 */
export class SubjectKeys {
  /** Open keys by subject. Forgotten at `destroy`; another process notices at its next miss or after a restart. */
  private readonly open = new Map<string, SubjectKey>();

  constructor(
    private readonly pool: Pool,
    private readonly ring: KeyRing,
  ) {}

  /** The subject's key, made where there is none. */
  async keyFor(subject: string): Promise<SubjectKey> {
    const keys = await this.keysFor([subject]);
    const key = keys.get(subject);
    if (key === undefined) throw new PrivityError('subject-key-lost', 500, 'a subject key could not be made');
    return key;
  }

  /** The same for many subjects in two statements: imports seal thousands of rows. */
  async keysFor(subjects: readonly string[]): Promise<Map<string, SubjectKey>> {
    const found = new Map<string, SubjectKey>();
    const wanted = new Set<string>();
    for (const subject of subjects) {
      const key = this.open.get(subject);
      if (key === undefined) wanted.add(subject);
      else found.set(subject, key);
    }
    if (wanted.size === 0) return found;
    await this.load([...wanted], found);
    const missing = [...wanted].filter((subject) => !found.has(subject));
    if (missing.length === 0) return found;
    await this.insert(missing, found);
    // Where two processes made a key at once, one row stands and both use it.
    const others = missing.filter((subject) => !found.has(subject));
    if (others.length > 0) await this.load(others, found);
    return found;
  }

  /** The key under that id, or undefined where it was destroyed (its values read as Forgotten) or never was. */
  async find(kid: string): Promise<Buffer | undefined> {
    const { rows } = await this.pool.query<Row>('select kid, subject, wrapped from subject_key where kid = $1', [kid]);
    const row = rows[0];
    return row === undefined ? undefined : this.unwrap(row)?.key;
  }

  /** Forgets the subject: every key it has. Idempotent. */
  async destroy(subject: string): Promise<void> {
    this.open.delete(subject);
    await this.pool.query(
      `update subject_key set wrapped = null, destroyed_at = now() where subject = $1 and destroyed_at is null`,
      [subject],
    );
    this.open.delete(subject);
  }

  private async load(subjects: readonly string[], into: Map<string, SubjectKey>): Promise<void> {
    const { rows } = await this.pool.query<Row>(
      'select kid, subject, wrapped from subject_key where subject = any($1) and destroyed_at is null',
      [subjects],
    );
    for (const row of rows) {
      const key = this.unwrap(row);
      if (key === undefined) continue;
      into.set(row.subject, key);
      this.remember(row.subject, key);
    }
  }

  /** Makes keys, and gives those whose rows stand. */
  private async insert(subjects: readonly string[], into: Map<string, SubjectKey>): Promise<void> {
    const kek = this.ring.current(PURPOSE);
    const kids: string[] = [];
    const wrapped: string[] = [];
    const made = new Map<string, SubjectKey>();
    const drawn = randomBytes(KEY_BYTES * subjects.length);
    for (const [n, subject] of subjects.entries()) {
      const kid = uuidv7();
      const key = drawn.subarray(n * KEY_BYTES, (n + 1) * KEY_BYTES);
      const plain = key.toString('base64url');
      made.set(kid, { kid, key });
      kids.push(kid);
      wrapped.push(JSON.stringify(seal(plain, { kid: kek.epoch, key: kek.key }, context(kid, subject))));
    }
    const { rows } = await this.pool.query<Pick<Row, 'kid' | 'subject'>>(
      `insert into subject_key (kid, subject, wrapped) select * from unnest($1::text[], $2::text[], $3::text[])
       on conflict (subject) where destroyed_at is null do nothing returning kid, subject`,
      [kids, subjects, wrapped],
    );
    for (const { kid, subject } of rows) {
      const key = made.get(kid);
      if (key === undefined) continue;
      into.set(subject, key);
      this.remember(subject, key);
    }
  }

  private unwrap(row: Row): SubjectKey | undefined {
    if (row.wrapped === null) return undefined;
    const wrapped = JSON.parse(row.wrapped) as SealedValue;
    const kek = this.ring.live(PURPOSE).find(({ epoch }) => epoch === wrapped.kid);
    const plain = unseal(wrapped, kek?.key, context(row.kid, row.subject));
    return typeof plain === 'string' ? { kid: row.kid, key: Buffer.from(plain, 'base64url') } : undefined;
  }

  private remember(subject: string, key: SubjectKey): void {
    if (this.open.size >= REMEMBERED_KEYS) this.open.clear();
    this.open.set(subject, key);
  }
}

/** Creates `subject_key` for a service that seals personal data. Runs as owner; idempotent. */
export async function migrateSubjectKeys(owner: ClientBase, options: { readonly serviceRole: string }): Promise<void> {
  await owner.query(`
    create table if not exists subject_key (
      kid text primary key,
      subject text not null,
      wrapped text,
      destroyed_at timestamptz,
      check ((wrapped is null) = (destroyed_at is not null))
    );
    create unique index if not exists subject_key_live on subject_key (subject) where destroyed_at is null;
    grant select, insert, update on subject_key to ${owner.escapeIdentifier(options.serviceRole)};`);
}

function context(kid: string, subject: string): string {
  return `subject-key:${kid}:${subject}`;
}
