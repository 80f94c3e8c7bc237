import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Who a request is counted as: an IPv4 address, or the /64 of an IPv6 one, since each subscriber gets a whole one. Kept in
 * memory while it is counted, and written nowhere.
 * @param hops proxies in front that each add to `x-forwarded-for` whom they heard: what stands left of those, anybody may write
 */
export function clientOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>, hops: number): string {
  const heard = [...forwarded(headers['x-forwarded-for']), socket.remoteAddress ?? ''];
  return networkOf(heard.at(-1 - hops) ?? heard[0] ?? '');
}

function forwarded(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return String(header)
    .split(',')
    .map((part) => part.trim());
}

function networkOf(address: string): string {
  const [, mapped] = MAPPED.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return plain;
  return `${groupsOf(plain).slice(0, 4).join(':')}::/64`;
}

/** All eight groups, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [left = '', right] = address.split('::', 2);
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'));
  const [before, after] = [groups(left), groups(right)];
  const missing = right === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(missing).fill('0'), ...after].map((group) =>
    group.replace(/^0+(?=.)/, '').toLowerCase(),
  );
}
