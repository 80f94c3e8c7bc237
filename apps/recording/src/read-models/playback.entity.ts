import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A granted playback and what was heard of it. */
@Entity({ schema: 'recordings_v1', name: 'playback' })
export class PlaybackRow {
  @PrimaryColumn('uuid')
  playback!: string;

  @Column('uuid')
  recording!: string;

  @Column('text')
  person!: string;

  @Column('text')
  purpose!: string;

  @Column('text', { name: 'case_number', nullable: true })
  caseNumber!: string | null;

  @Column('timestamptz', { name: 'granted_at' })
  grantedAt!: Date;

  /** Ranges of seconds, half open, in the order they were heard. */
  @Column('jsonb', { default: [] })
  heard!: (readonly [number, number])[];
}
