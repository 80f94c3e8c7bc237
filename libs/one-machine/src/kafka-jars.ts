import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './child.js';
import { MachineProblem } from './machine-problem.js';

/** deploy/kafka: `pom.xml` says what to fetch, `jars.sha256` what it must be. */
export const KAFKA_RECIPE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'kafka');

/**
 * The folder with Kafka's jars, each equal to its committed digest; fetched by Maven on first use. Several runs may
 * ask at once: each fetches into a folder of its own, and the first to finish gives its folder the name.
 * @param options.cacheDir default `$XDG_CACHE_HOME/privity`, else `~/.cache/privity`
 * @throws MachineProblem
 */
export async function kafkaJars(options: { recipe?: string; cacheDir?: string } = {}): Promise<string> {
  const recipe = options.recipe ?? KAFKA_RECIPE;
  const digests = await readDigests(join(recipe, 'jars.sha256'));
  const cache = options.cacheDir ?? join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'privity');
  const jars = join(cache, `kafka-${versionIn(digests)}`);
  if ((await firstAltered(jars, digests)) === undefined) return jars;
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const fetched = await mkdtemp(join(cache, 'fetching-'));
  try {
    await fetchInto(fetched, recipe);
    const altered = await firstAltered(fetched, digests);
    if (altered !== undefined) {
      throw new MachineProblem('jars-altered', `${altered} from Maven is not what deploy/kafka/jars.sha256 names.`);
    }
    await giveName(fetched, jars, digests);
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
  return jars;
}

async function fetchInto(folder: string, recipe: string): Promise<void> {
  const { code, stdout, stderr } = await run([
    process.platform === 'win32' ? 'mvn.cmd' : 'mvn',
    ...['-B', '-q', '-f', join(recipe, 'pom.xml'), 'dependency:copy-dependencies'],
    ...['-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
  ]);
  if (code === 127) throw new MachineProblem('maven-missing', 'Maven (mvn) is not installed');
  if (code !== 0) {
    const said = `${stdout}\n${stderr}`.split('\n').find((line) => line.includes('ERROR')) ?? `exit ${code}`;
    throw new MachineProblem('jars-failed', `Maven could not fetch Kafka: ${said.trim().slice(0, 300)}`);
  }
}

async function giveName(fetched: string, jars: string, digests: ReadonlyMap<string, string>): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const taken = await rename(fetched, jars).then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return true;
        throw error;
      },
    );
    if (!taken || (await firstAltered(jars, digests)) === undefined) return;
    // What has the name is damaged: out of the way with it, whole, so that nobody sees half a folder.
    const aside = `${fetched}.damaged-${attempt}`;
    await rename(jars, aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
  }
  throw new MachineProblem('jars-altered', `${jars} holds other files than deploy/kafka/jars.sha256 names: remove it.`);
}

/** The first file that is missing, too many or changed; undefined when all is as it must be. */
async function firstAltered(folder: string, digests: ReadonlyMap<string, string>): Promise<string | undefined> {
  const present = await readdir(folder).catch(() => []);
  const stranger = present.find((file) => !digests.has(file));
  if (stranger !== undefined) return stranger;
  for (const [file, digest] of digests) {
    const bytes = await readFile(join(folder, file)).catch(() => undefined);
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== digest) return file;
  }
  return undefined;
}

async function readDigests(file: string): Promise<Map<string, string>> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

function versionIn(digests: ReadonlyMap<string, string>): string {
  for (const file of digests.keys()) {
    const version = /^kafka_2\.13-(.+)\.jar$/.exec(file)?.[1];
    if (version !== undefined) return version;
  }
  throw new MachineProblem('jars-altered', 'jars.sha256 names no kafka_2.13');
}
