import { describe, expect, it } from '@jest/globals';

import { routeOf } from './route-table.js';

describe('the route table', () => {
  it.each([
    ['/api/calls', 'routing'],
    ['/api/calls/c-1/notices', 'routing'],
    ['/api/calls/c-1/media', 'recording'],
    ['/api/facilities/F1/policy', 'routing'],
    ['/api/jurisdictions/rules', 'routing'],
    ['/api/blocks', 'routing'],
    ['/api/blocks/x/end', 'routing'],
    ['/api/routing/imports', 'routing'],
    ['/api/registry/imports/1', 'registry'],
    ['/api/protections/check', 'registry'],
    ['/api/attorneys', 'registry'],
    ['/api/registrations', 'registry'],
    ['/api/registrations/0190f3a0-0000-7000-8000-0000000000b1/form', 'registry'],
    ['/api/registrations/0190f3a0', 'registry'],
    ['/api/recordings/1/playbacks', 'recording'],
    ['/api/playbacks/1/audio', 'recording'],
    ['/api/audit/events/1/proof', 'audit'],
    ['/api/findings', 'audit'],
    ['/api/reports/breach', 'audit'],
    ['/feed/registry/3', 'registry'],
    ['/feed/audit', 'audit'],
    ['/api/stream/recording/parked', 'recording'],
    ['/api/stream/registry/resumed', 'registry'],
    ['/log/tile/entries/000', 'audit'],
  ])('%s is answered by %s, with a token', (path, service) => {
    expect(routeOf(path)).toEqual({ service, isPublic: false });
  });

  it.each(['/log/checkpoint', '/log/tile/0/000', '/log/tile/0/x001/067.p/12'])('%s needs no token', (path) => {
    expect(routeOf(path)).toEqual({ service: 'audit', isPublic: true });
  });

  it.each(['/api/protections/check', '/api/protections/check/codes'])(
    'anybody may post to %s, and only that',
    (path) => {
      expect(routeOf(path, 'POST')).toEqual({ service: 'registry', isPublic: true, counted: 'self-check' });
      for (const method of ['GET', 'PUT', 'DELETE', 'post']) expect(routeOf(path, method)?.isPublic).toBe(false);
    },
  );

  it.each(['/api/protections', '/api/protections/1/end', '/api/protections/check/', '/api/calls'])(
    'nobody may post to %s without a token',
    (path) => expect(routeOf(path, 'POST')?.isPublic).toBe(false),
  );

  const receipt = '/api/registrations/0190f3a0-0000-7000-8000-0000000000b1';
  it.each([
    ['POST', '/api/registrations', { isPublic: true, counted: 'registration' }],
    ['GET', receipt, { isPublic: true, counted: 'receipt' }],
    ['POST', receipt, { isPublic: false }],
    ['PUT', '/api/registrations', { isPublic: false }],
    ['POST', `${receipt}/form`, { isPublic: false }],
    ['GET', '/register', { isPublic: true }],
    ['POST', '/register', { isPublic: false }],
  ])('%s %s: %j', (method, path, route) => {
    expect(routeOf(path, method)).toEqual({ service: 'registry', ...route });
  });

  it.each([
    '/',
    '/register/',
    '/registered',
    '/internal/heartbeat',
    '/api/internal/permits/renewals',
    '/stream/status',
    '/api/stream/gateway/parked',
    '/api/stream/registry/status',
    '/api',
    '/api/callsandmore',
    '/API/calls',
    '/feed/gateway/0',
    '/feed/registry/0/more',
    '/api/calls/../../internal/heartbeat',
    '/api/calls/%2e%2E/%2e./internal/heartbeat',
    '/api/calls/..%2f..%2finternal',
    '/api/calls\\..\\internal',
    '/api//calls',
    '/api/calls/\tx',
    '/log/tile/entries/../0/000',
    'http://elsewhere/api/calls',
  ])('%s leads nowhere', (path) => {
    expect(routeOf(path)).toBeUndefined();
  });
});
