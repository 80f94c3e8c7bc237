// For `node --import`: whatever Node program or PostgreSQL the launcher starts takes its wall clock from a file, by
// libfaketime. The product hands no such variables on; so the test adds them to each start itself.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const { FAKE_CLOCK_LIBRARY, FAKE_CLOCK_FILE } = process.env;
const clock = {
  LD_PRELOAD: FAKE_CLOCK_LIBRARY,
  FAKETIME_TIMESTAMP_FILE: FAKE_CLOCK_FILE,
  FAKETIME_NO_CACHE: '1',
  // Only wall clocks step.
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
};

const { spawn } = childProcess;
childProcess.spawn = (command, words = [], options = {}) => {
  if (command === process.execPath) return spawn(command, words, { ...options, env: { ...options.env, ...clock } });
  const line = [command, ...words];
  const server = line.findIndex((word, at) => word.endsWith('/postgres') && line[at + 1] === '-D');
  if (server < 0) return spawn(command, words, options);
  // Right before the server: a command that changes the account first would leave it libfaketime's files of another.
  line.splice(server, 0, 'env', ...Object.entries(clock).map(([name, value]) => `${name}=${value}`));
  return spawn(line[0], line.slice(1), options);
};
syncBuiltinESMExports();
