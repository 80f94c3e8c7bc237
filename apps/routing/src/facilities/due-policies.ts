import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { JsonLog, Repeated } from '@privity/service';
import { Directory } from '../read-models/directory.js';
import { Policies } from './policies.js';

const LOOK_EVERY_MS = 500;

/** Looks for scheduled policies that are due. Replicas that look at once append one event: the stream's version decides. */
@Injectable()
export class DuePolicies implements OnApplicationBootstrap, OnModuleDestroy {
  private looking: Repeated | undefined;

  constructor(
    private readonly policies: Policies,
    private readonly directory: Directory,
    private readonly log: JsonLog,
  ) {}

  onApplicationBootstrap(): void {
    this.looking = new Repeated(
      async () => {
        if (this.directory.caughtUp) await this.policies.setDue();
      },
      LOOK_EVERY_MS,
      (error) => this.log.failure('a scheduled policy could not be put in force', error, 'warn'),
    );
  }

  async onModuleDestroy(): Promise<void> {
    await this.looking?.end();
  }
}
