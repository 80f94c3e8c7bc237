import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What decides who may read the history of a recording. */
@Entity({ schema: 'accesses_v1', name: 'recording' })
export class KnownRecording {
  @PrimaryColumn('text') recording!: string;
  @Column('text') facility!: string;
  @Column('boolean') sealed!: boolean;
}
