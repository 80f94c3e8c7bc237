import type { Instance } from '../launcher/instance.js';
import { npxPrivity } from '../npx.js';
import { Expectation, tenDigits } from './expectation.js';
import { exportRows, readCalls } from './export.js';
import { REPOSITORY } from '../repository.js';
import { relative } from 'node:path';

/** A caller who may dial a number that no call of the export went to: the reader's own experiment disturbs nothing. */
interface Example {
  readonly facility: string;
  readonly caller: string;
  readonly number: string;
}

/** What to type to protect a number, dial it, and see that not a byte was kept. */
export async function invitation({ url, dataDir }: Instance, samples: string): Promise<string> {
  const example = await findExample(samples);
  if (!example) return 'The API is described in docs/.';
  const folder = relative(process.cwd(), dataDir.root) || '.';
  const privity = npxPrivity();
  const where = folder === '.privity' ? '' : ` --data-dir ${folder}`;
  const token = (user: string, role: string) =>
    `"authorization: Bearer $(${privity} token ${user} --role ${role}${where})"`;
  const post = `curl -s -H 'content-type: application/json'`;
  return [
    'Now you: protect a number, dial it, and see that not a byte is kept. In another terminal' +
      (process.cwd() === REPOSITORY ? ', in this folder:' : ':'),
    '',
    '# 1. Protect a number',
    `${post} -H ${token('you', 'registrar')} ${url}/api/protections \\`,
    `  -d '{"number":"${example.number}","reason":"attorney","basis":"told by telephone"}'; echo`,
    '# 2. Dial it, a few seconds later: it connects, and "recording" is "off"',
    `${post} -H ${token('phone', 'dialler')} ${url}/api/calls \\`,
    `  -d '{"callId":"my-call-1","facility":"${example.facility}","caller":"${example.caller}","dialed":"${example.number}"}'; echo`,
    '# 3. Send its audio all the same: refused, not a byte is kept',
    `head -c 16000 /dev/zero | curl -s -H 'content-type: audio/basic' -H ${token('phone', 'dialler')} \\`,
    `  --data-binary @- ${url}/api/calls/my-call-1/media; echo`,
    '# 4. Look for yourself',
    `find ${folder}/media -name 'my-call-1*' | wc -l`,
    `curl -s -H ${token('you', 'auditor')} ${url}/api/findings; echo`,
  ].join('\n');
}

async function findExample(samples: string): Promise<Example | undefined> {
  const expectation = await Expectation.read(samples);
  const dialled = new Set((await readCalls(samples, Infinity)).map(({ dialed }) => tenDigits(dialed)));
  const facilityOf = new Map<string, string>();
  for await (const { values } of exportRows(samples, 'roster.csv', ['DOC_NUM', 'SITE', 'STATUS'])) {
    if (values.STATUS.trim() === 'IN') facilityOf.set(values.DOC_NUM, values.SITE);
  }
  for await (const { values } of exportRows(samples, 'allowed_numbers.csv', ['DOC_NUM', 'PHONE', 'STATUS'])) {
    const number = tenDigits(values.PHONE);
    const facility = facilityOf.get(values.DOC_NUM);
    const usable = number !== undefined && facility !== undefined && values.STATUS.trim() === 'APPROVED';
    if (usable && !dialled.has(number) && !expectation.isProtected(values.PHONE)) {
      return { facility, caller: values.DOC_NUM, number };
    }
  }
  return undefined;
}
