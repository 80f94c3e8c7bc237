import { describe, expect, it } from '@jest/globals';

import { clientOf } from './client-address.js';

const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as Parameters<typeof clientOf>[0];

describe('a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['2001:db8:0:0:7::', '2001:db8:0:0::/64'],
  ])('%s is counted as %s', (address, client) => {
    expect(clientOf(from(address), 0)).toBe(client);
  });

  it('is believed of as many proxies as there are, and of nobody else', () => {
    const request = from('10.0.0.1', '203.0.113.9, 198.51.100.4');
    expect([0, 1, 2].map((hops) => clientOf(request, hops))).toEqual(['10.0.0.1', '198.51.100.4', '203.0.113.9']);
    expect(clientOf(from('10.0.0.1'), 1)).toBe('10.0.0.1');
  });
});
