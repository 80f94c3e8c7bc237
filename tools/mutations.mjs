// Breaks the real sources on purpose, one line at a time and in a copy of the tree, and demands that the simulation (or,
// for what only SQL holds, the contract against real PostgreSQL) notices. `node tools/mutations.mjs [name ...]`; PRIVITY_SEEDS
// bounds the seeds of each, 3000 unless given. Prints the rows of the table in docs/simulation.md.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutations } from './mutations-list.mjs';

const root = join(import.meta.dirname, '..');
const seeds = process.env.PRIVITY_SEEDS ?? '3000';

/** The sources that the simulation and the contracts need, and the packages that are installed here. */
function copyTree() {
  const copy = mkdtempSync(join(tmpdir(), 'privity-mutation-'));
  const source = (path) => !/[/\\](dist|node_modules)([/\\]|$)/.test(path.slice(root.length));
  for (const part of [
    'libs',
    'e2e',
    'package.json',
    ...readdirSync(root).filter((name) => /^(jest|tsconfig)\./.test(name)),
  ])
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: source });
  // a workspace may have versions of its own
  for (const lib of readdirSync(join(root, 'libs')))
    if (readdirSync(join(root, 'libs', lib)).includes('node_modules'))
      symlinkSync(join(root, 'libs', lib, 'node_modules'), join(copy, 'libs', lib, 'node_modules'));
  const modules = join(copy, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@privity' && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
  // these lead by relative links to the copied sources
  cpSync(join(root, 'node_modules/@privity'), join(modules, '@privity'), { recursive: true, verbatimSymlinks: true });
  return copy;
}

function command({ world, suite }) {
  const typescript = './libs/event-stream/src/test-bench/typescript.mjs';
  if (world) return ['-C', '@privity/source', '--import', typescript, 'e2e/src/simulation/run.ts', world];
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  return [
    '--experimental-vm-modules',
    jest,
    '--projects',
    `libs/${suite.project}`,
    '--testPathPatterns',
    suite.file,
    '-t',
    suite.test,
  ];
}

/** @returns what noticed it, or undefined */
function noticed(mutation, copy) {
  const env = { ...process.env, PRIVITY_SEEDS: seeds, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' };
  const { status, stderr } = spawnSync(process.execPath, command(mutation), { cwd: copy, env, encoding: 'utf8' });
  if (status === 0) return undefined;
  const said = mutation.world ? /^seed (\d+): (.*)$/m.exec(stderr) : /● (.*)$/m.exec(stderr);
  // a copy that does not even run proves nothing
  if (said === null)
    throw new Error(`${mutation.name}: neither held nor failed as it should\n${stderr.slice(0, 2_000)}`);
  return mutation.world ? `${mutation.world}, seed ${said[1]}: ${said[2]}` : `contract on PostgreSQL: ${said[1]}`;
}

function survives(mutation) {
  const copy = copyTree();
  try {
    const file = join(copy, mutation.file);
    const text = readFileSync(file, 'utf8');
    if (text.split(mutation.from).length !== 2)
      throw new Error(`${mutation.name}: its line does not stand once in ${mutation.file}`);
    writeFileSync(
      file,
      text.replace(mutation.from, () => mutation.to),
    );
    const by = noticed(mutation, copy);
    process.stdout.write(`| ${mutation.name} | \`${mutation.file}\` | ${by ?? '**nobody**'} |\n`);
    return by === undefined;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2);
const chosen = mutations.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) throw new Error(`mutations are: ${mutations.map(({ name }) => name).join(', ')}`);
const survivors = chosen.filter(survives);
process.exitCode = survivors.length === 0 ? 0 : 1;
