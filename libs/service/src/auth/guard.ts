import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';

import { OPTIONAL_TOKEN, PUBLIC_ROUTE, rememberPrincipal, ROUTE_ROLES } from './decorators.js';
import type { Role } from './principal.js';
import { Forbidden, TokenVerifier } from './tokens.js';

/** Every service verifies tokens itself and takes nobody's word. A route that names no roles is closed to all. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) === true) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const isOptional = this.reflector.getAllAndOverride<boolean | undefined>(OPTIONAL_TOKEN, targets) === true;
    if (isOptional && request.headers.authorization === undefined) return true;
    const principal = await this.tokens.verify(request.headers.authorization);
    const allowed = this.reflector.getAllAndOverride<readonly Role[] | undefined>(ROUTE_ROLES, targets);
    if (allowed === undefined) throw new Forbidden('This route is open to nobody.');
    if (allowed.length > 0 && !principal.roles.some((role) => allowed.includes(role))) {
      throw new Forbidden('None of your roles may do this.');
    }
    rememberPrincipal(request, principal);
    return true;
  }
}
