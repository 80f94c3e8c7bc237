import type { RegisteredAs } from '@privity/registry';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A registration on its way to an answer. No personal data: ids and keyed hashes. */
@Entity({ name: 'registration' })
export class RegistrationEntry {
  @PrimaryColumn('uuid')
  id!: string;

  /** Stream of the attorney, or of the one they work for. */
  @Column('text')
  attorney!: string;

  @Column('text', { name: 'registered_as' })
  as!: RegisteredAs;

  /** Id of `registry.RegistrationReceived`. */
  @Column('uuid')
  received!: string;

  @Column('timestamptz')
  due!: Date;

  /** The member of staff; null: the public form. */
  @Column('text', { name: 'entered_by', nullable: true })
  enteredBy!: string | null;

  /** Whether the bar record matches; null until that is known. */
  @Column('boolean', { nullable: true })
  matched!: boolean | null;

  /** Id of `registry.RegistrationEscalated`. */
  @Column('uuid', { nullable: true })
  escalated!: string | null;

  /** Id of `registry.RegistrationAnswered`; null: it waits. */
  @Column('uuid', { nullable: true })
  answered!: string | null;
}
