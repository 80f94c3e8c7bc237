import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';

import type { RequestBody } from './http-connection.js';

/** A file as multipart/form-data, read while it is sent; the fields before it. */
export function upload(fields: Readonly<Record<string, string>>, file: string): RequestBody {
  const boundary = `privity-${randomUUID()}`;
  return { content: multipart(boundary, fields, file), type: `multipart/form-data; boundary=${boundary}` };
}

async function* multipart(
  boundary: string,
  fields: Readonly<Record<string, string>>,
  file: string,
): AsyncGenerator<Uint8Array> {
  const before = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  yield Buffer.from(
    before.join('') +
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${fileName(file)}"\r\n` +
      'content-type: text/csv\r\n\r\n',
  );
  yield* createReadStream(file);
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

function fileName(file: string): string {
  return basename(file).replace(/[^\w.-]/g, '_');
}
