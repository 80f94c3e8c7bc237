import { describe, expect, it } from '@jest/globals';
import { ConcurrencyConflict, StoreRestored, StoreUnavailable } from '@privity/event-store';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { isTransient } from './transient.js';

const refused = (code: string) => new QueryFailedError('update x', [], Object.assign(new Error('refused'), { code }));

describe('whether a batch is tried again', () => {
  it.each([
    ['a deadlock', refused('40P01')],
    ['a serialization failure', refused('40001')],
    ['a lock that was not to be had', refused('55P03')],
    ['a statement that was cancelled', refused('57014')],
    ['a server that shuts down', refused('57P01')],
    ['a server that is read-only after a failover', refused('25006')],
    ['a session that idled too long', refused('25P03')],
    ['a full disk', refused('53100')],
    ['a host that cannot be reached', Object.assign(new Error('connect'), { code: 'EHOSTUNREACH' })],
    ['a connection that was lost', new Error('Connection terminated unexpectedly')],
    ['a connection that was closed', new Error('Client was closed and is not queryable')],
    ['a connection that was lost between two statements', new QueryRunnerAlreadyReleasedError()],
    ['the same, asked of a repository', new QueryRunnerProviderAlreadyReleasedError()],
    ['a query without an answer', new Error('Query read timeout')],
    ['a store that is away', new StoreUnavailable('away')],
    ['a race for a stream that was lost', new ConcurrencyConflict('call-1', 2, 3)],
    ['a store that waits for its recovery', new StoreRestored('another timeline')],
  ])('yes: %s', (_, error) => expect(isTransient(error)).toBe(true));

  it.each([
    ['a row that is there already', refused('23505')],
    ['a value that does not fit', refused('22001')],
    ['a table that is not there', refused('42P01')],
    ['a right that is not given', refused('42501')],
    ['a handler that throws', new TypeError('undefined is not a function')],
    ['nothing', undefined],
  ])('no, it would fail for ever: %s', (_, error) => expect(isTransient(error)).toBe(false));
});
