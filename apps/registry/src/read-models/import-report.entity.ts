import type { ImportComparison, ListImported, ListLosses, RejectedLine } from '@privity/registry';
import type { CsvEncoding, ProblemDetails } from '@privity/service';
import { Column, Entity, PrimaryColumn } from 'typeorm';

export type ImportKind = ListImported['data']['kind'];

/** How far an import came. It holds no personal data: lines, columns and reasons, never values. */
@Entity({ name: 'import_report' })
export class ImportReport {
  @PrimaryColumn('uuid', { name: 'import_id' })
  importId!: string;

  @Column('text')
  kind!: ImportKind;

  /** SHA-256 of the file, hex. */
  @Column('text')
  digest!: string;

  /** What the file was read as. */
  @Column('text')
  encoding!: CsvEncoding;

  @Column('text')
  state!: 'reading' | 'applied' | 'held' | 'failed';

  @Column('integer')
  rows!: number;

  /** Rows that led to an event. */
  @Column('integer')
  added!: number;

  /** Rows that said nothing new. */
  @Column('integer')
  unchanged!: number;

  /** Entries in the list of rejections, of which `rejected` holds the first. */
  @Column('integer', { name: 'rejected_count' })
  rejectedCount!: number;

  @Column('jsonb')
  rejected!: RejectedLine[];

  @Column('jsonb', { nullable: true })
  problem!: ProblemDetails | null;

  @Column('text')
  actor!: string;

  /** A later file has a higher number. */
  @Column({ type: 'bigint' })
  turn!: string;

  /** What the list lost against earlier files; null until it is known. */
  @Column('jsonb', { nullable: true })
  losses!: ListLosses[] | null;

  /** Its name; null for a file from before names were kept. */
  @Column('text', { nullable: true })
  list!: string | null;

  /** Distinct entries of the file; null until they are known, or where nobody can know. */
  @Column('integer', { nullable: true })
  entries!: number | null;

  @Column('text', { name: 'entries_digest', nullable: true })
  entriesDigest!: string | null;

  /** Of a do-not-record list. */
  @Column('jsonb', { nullable: true })
  comparison!: ImportComparison | null;

  /** The replica that reads the file. */
  @Column('uuid', { nullable: true, select: false })
  holder!: string | null;
}
