import type { Row } from '../line.js';
import { append } from './append.js';
import { appendProcesses } from './append-processes.js';
import { auditCdr } from './audit-cdr.js';
import { calls } from './calls.js';
import { gateway } from './gateway.js';
import { growthAppend } from './growth-append.js';
import { growthConsume } from './growth-consume.js';
import { growthDecide } from './growth-decide.js';
import { heartbeat } from './heartbeat.js';
import { lag } from './lag.js';
import { listImport } from './list-import.js';
import { protectionReach } from './protection-reach.js';
import { replay } from './replay.js';
import { stream } from './stream.js';

/** In the order of the table. */
export const rows: readonly Row[] = [
  append,
  appendProcesses,
  stream,
  lag,
  protectionReach,
  heartbeat,
  calls,
  gateway,
  replay,
  listImport,
  growthAppend,
  growthConsume,
  growthDecide,
  auditCdr,
];
