import type { CaseOpened } from '@privity/registry';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A case that is open. It holds no personal data. */
@Entity({ name: 'registry_case' })
export class RegistryCase {
  @PrimaryColumn('uuid', { name: 'case_id' })
  caseId!: string;

  @Column('text')
  cause!: CaseOpened['data']['cause'];

  /** Stream of the attorney, where it is about one. */
  @Column('text', { nullable: true })
  attorney!: string | null;

  @Column('text')
  due!: string;

  /** Ids of the events that made it what it is. */
  @Column('uuid', { array: true })
  events!: string[];

  /** Whoever asked for an end: somebody else has to agree. */
  @Column('text', { name: 'proposed_by', nullable: true })
  proposedBy!: string | null;
}
