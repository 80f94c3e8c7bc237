import type { FindingKind } from '@privity/audit';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'findings_v1', name: 'finding' })
export class FindingLine {
  @PrimaryColumn('uuid') event!: string;
  @Column('text') kind!: FindingKind;
  @Column('text') about!: string;
  @Column('text') evidence!: string;
  @Column('text') detail!: string;
  @Column('text') at!: string;
}
