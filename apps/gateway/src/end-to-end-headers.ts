/** RFC 9110, 7.6.1: these concern one connection only. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

type Headers = Record<string, string | string[]>;

/** What goes on to the other side; names are lower case, as node and undici give them. */
export function endToEnd(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const { connection } = headers;
  const named =
    connection === undefined
      ? []
      : String(connection)
          .toLowerCase()
          .split(/\s*,\s*/);
  const passed: Headers = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || HOP_BY_HOP.has(name) || named.includes(name)) continue;
    passed[name] = value;
  }
  return passed;
}
