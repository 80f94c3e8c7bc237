import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A recording as search shows it. Sealed ones stay in the table and out of every answer (P12). */
@Entity({ schema: 'recordings_v1', name: 'recording' })
export class RecordingRow {
  @PrimaryColumn('uuid')
  recording!: string;

  /** Stream id of the call. */
  @Column('text')
  call!: string;

  @Column('text')
  facility!: string;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('text')
  state!: 'started' | 'completed';

  @Column('double precision', { nullable: true })
  seconds!: number | null;

  /** Plain bytes; a string, as PostgreSQL's 64 bits come. */
  @Column('bigint', { nullable: true })
  bytes!: string | null;

  @Column('text', { nullable: true })
  salt!: string | null;

  @Column('text', { nullable: true })
  digest!: string | null;

  @Column('text', { nullable: true })
  ending!: string | null;

  @Column('boolean', { default: false })
  sealed!: boolean;
}
