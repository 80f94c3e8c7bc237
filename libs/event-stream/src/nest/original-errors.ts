import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import { EventContext } from './event-context.js';

/**
 * Keeps what a handler threw. Nest's own filter answers every unknown error with "Internal server error"; the shard would
 * still halt, but nobody would learn why, and a database that is away would look like a poisonous event.
 */
@Catch()
export class OriginalErrors implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): Observable<never> {
    const context: unknown = host.switchToRpc().getContext();
    if (context instanceof EventContext) context.thrown ??= { error };
    return throwError(() => error);
  }
}
