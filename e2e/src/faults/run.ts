// `npm run test:faults -- --runs N --seed S --stream kafka|feed --calls N --all --json FILE`: exit code 1 where a run does not hold.
// --folder DIR keeps what was imported and the run without faults, and takes them from there if they are there.
// --all kills each process once in every run, as `npm test` does, instead of one to three.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Campaign, type Outcome } from './campaign.js';
import { drawPlan, planOfAll, type StreamKind } from './plan.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    stream: { type: 'string' },
    calls: { type: 'string', default: '100' },
    json: { type: 'string' },
    all: { type: 'boolean', default: false },
    folder: { type: 'string' },
  },
});
const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000));
const runs = wholeNumber('runs', values.runs ?? (values.seed === undefined ? '40' : '1'));
const calls = wholeNumber('calls', values.calls);
const streams = streamsOf(values.stream);

const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'privity-faults-')));
const campaigns = new Map<StreamKind, Campaign>();
for (const stream of streams) {
  say(`Playing ${calls} calls over ${stream} with nothing killed`);
  campaigns.set(stream, await Campaign.prepare(folder, stream, calls));
}
const outcomes: Outcome[] = [];
say(
  '\n  seed     stream  killed (after how many calls)                            recorded  unrecorded  events  seconds',
);
for (let n = 0; n < runs; n++) {
  const stream = streams[n % streams.length] as StreamKind;
  const outcome = await (campaigns.get(stream) as Campaign).run(
    (values.all ? planOfAll : drawPlan)(seed + n, stream, calls),
  );
  outcomes.push(outcome);
  say(line(outcome));
}
const failed = outcomes.filter(({ wrong }) => wrong.length > 0);
say(`\n${outcomes.length - failed.length} of ${outcomes.length} hold`);
for (const { plan, dataDir } of failed) {
  say(
    `again: npm run test:faults -- --seed ${plan.seed} --stream ${plan.stream} --calls ${calls}${values.all ? ' --all' : ''} --folder ${folder} (its data: ${dataDir})`,
  );
}
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ clean: cleanRuns(), outcomes }, null, 2)}\n`);
if (failed.length === 0 && values.folder === undefined) await rm(folder, { recursive: true });
process.exitCode = failed.length === 0 ? 0 : 1;

function line({ plan, run, wrong }: Outcome): string {
  const kills = (run?.kills ?? plan.kills).map(
    ({ victim, ...kill }) => `${victim} (${'played' in kill ? kill.played : kill.afterCalls})`,
  );
  const { recorded = 0, differences = [], events = 0 } = run?.report ?? {};
  const figures = [String(recorded).padStart(9), String(differences.length).padStart(10), String(events).padStart(8)];
  const row = `  ${String(plan.seed).padEnd(8)} ${plan.stream.padEnd(6)}  ${kills.join(', ').padEnd(55)} ${figures.join('  ')}  ${String(run?.seconds ?? '-').padStart(7)}`;
  return [`${row}  ${wrong.length === 0 ? 'holds' : 'DOES NOT HOLD'}`, ...wrong.map((one) => `      ${one}`)].join(
    '\n',
  );
}

function cleanRuns(): Record<string, unknown> {
  return Object.fromEntries([...campaigns].map(([stream, { clean }]) => [stream, clean]));
}

function streamsOf(asked: string | undefined): readonly StreamKind[] {
  if (asked === undefined) return ['kafka', 'feed'];
  if (asked === 'kafka' || asked === 'feed') return [asked];
  return wrongUse('--stream is kafka or feed');
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) return wrongUse(`--${name} is a whole number`);
  return Number(text);
}

function wrongUse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
