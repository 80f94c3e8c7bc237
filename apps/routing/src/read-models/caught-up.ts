import { Injectable, type CanActivate, type ExecutionContext, type OnApplicationBootstrap } from '@nestjs/common';
import { PrivityError } from '@privity/kernel';
import { Readiness } from '@privity/service';
import type { FastifyReply } from 'fastify';
import { Directory } from './directory.js';
import { RegistryView } from './registry-view.js';

/** A decision on half a view would deny a call to somebody's lawyer: the dialler comes again in a second. */
export class ViewsBehind extends PrivityError {
  constructor() {
    super('views-behind', 503, 'The views of registry and directory are not complete yet.');
  }
}

/** Lets nobody ask for a decision before both views were complete once. */
@Injectable()
export class CaughtUp implements CanActivate, OnApplicationBootstrap {
  constructor(
    private readonly directory: Directory,
    private readonly registry: RegistryView,
    private readonly readiness: Readiness,
  ) {}

  onApplicationBootstrap(): void {
    this.readiness.check('directory', () => (this.directory.caughtUp ? undefined : 'catching up'));
    this.readiness.check('registry-view', () => (this.registry.caughtUp ? undefined : 'catching up'));
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.directory.caughtUp && this.registry.caughtUp) return true;
    void context.switchToHttp().getResponse<FastifyReply>().header('retry-after', '1');
    throw new ViewsBehind();
  }
}
