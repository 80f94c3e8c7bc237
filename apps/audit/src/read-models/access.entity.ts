import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One line of the access history. Times are RFC 3339 text, which sorts as time does. */
@Entity({ schema: 'accesses_v1', name: 'access' })
export class AccessLine {
  @PrimaryColumn('uuid') event!: string;
  @Column('text') recording!: string;
  @Column('text', { nullable: true }) person!: string | null;
  @Column('text') at!: string;
  @Column('text') kind!: 'granted' | 'refused' | 'heard';
  @Column('text', { nullable: true }) playback!: string | null;
  @Column('text', { nullable: true }) purpose!: string | null;
  @Column('text', { name: 'case_number', nullable: true }) caseNumber!: string | null;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('jsonb', { nullable: true }) ranges!: readonly (readonly [number, number])[] | null;
}
