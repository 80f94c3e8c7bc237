import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { Unauthenticated } from './tokens.js';
import type { Principal, Role } from './principal.js';

export const PUBLIC_ROUTE = 'privity:public';
export const OPTIONAL_TOKEN = 'privity:optional-token';
export const ROUTE_ROLES = 'privity:roles';

/** The route needs no token. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/** The route also answers without a token. One that is sent is verified, and its roles are checked, all the same. */
export const TokenOptional = () => SetMetadata(OPTIONAL_TOKEN, true);

/** Any one of these roles suffices; `@Roles()` with none means any valid token. A route without it is refused. */
export const Roles = (...roles: readonly Role[]) => SetMetadata(ROUTE_ROLES, roles);

const principals = new WeakMap<FastifyRequest, Principal>();

export function rememberPrincipal(request: FastifyRequest, principal: Principal): void {
  principals.set(request, principal);
}

/** Who asks, as the verified token says. @throws Unauthenticated on a public route called without a token. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const principal = principalOf(context);
  if (principal === undefined) throw new Unauthenticated('A bearer token is required.');
  return principal;
});

/** The same on a route with `TokenOptional`; undefined where no token was sent. */
export const OptionalUser = createParamDecorator((_: unknown, context: ExecutionContext) => principalOf(context));

function principalOf(context: ExecutionContext): Principal | undefined {
  return principals.get(context.switchToHttp().getRequest<FastifyRequest>());
}
