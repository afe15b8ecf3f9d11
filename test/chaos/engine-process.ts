/**
 * A process that runs the engine until it is killed. Its lambdas note every call in a file, so that the test
 * knows how often handlers ran in all lives together.
 */
import { appendFileSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultEngineConfig, Engine, openDatabase, silentLogger, type DatabaseLocation } from '@laneway/engine';
import { InProcessRuntime, untilStopped, type InProcessLambda } from '../support/in-process-runtime.ts';
import { isSpoilt, mendedFile, secondOf, stoppedFile } from './workload.ts';

const { location, dataDir, callsFile, nodeId, jobMs, notify } = JSON.parse(process.argv[2] ?? '{}') as {
  location: DatabaseLocation;
  dataDir: string;
  /** One line for each call: time, node, items. */
  callsFile: string;
  nodeId: string;
  /** How long a batch takes. */
  jobMs: number;
  notify: boolean;
};

/** Takes `jobMs`, streams one measurement for each item, and answers with what `answer` makes of it. */
function lambda(answer: (item: number, isFirstRun: () => boolean) => unknown): InProcessLambda {
  return async (job, _control, task) => {
    const items = job.request.argsBatch.map((args) => Number(args['item']));
    appendFileSync(callsFile, `${Date.now()} ${nodeId} ${items.join(' ')}\n`);
    await new Promise((resolve) => setTimeout(resolve, jobMs));
    const isFirst = (): boolean => isFirstRun(task.executionId, task.laneRunId);
    const resultsBatch = items.map((item) => answer(item, isFirst));
    const measurement = { tsName: 'items', timestamp: 1_700_000_000, value: 1 };
    const streamed = items.map(() => ({ resultName: 'stats', value: measurement }));
    return { kind: 'answered', response: { resultsBatch }, streamed };
  };
}

const firstRuns = new Map<string, string>();

/** Whether it is the first run that lambdas of this execution ask about; agreed on by all processes through a file. */
function isFirstRun(executionId: string, laneRunId: string): boolean {
  const known = firstRuns.get(executionId);
  if (known !== undefined) return known === laneRunId;
  const file = join(dataDir, `first-run-${executionId}`);
  const own = `${file}-${process.pid}`;
  writeFileSync(own, laneRunId);
  if (!existsSync(file)) {
    try {
      linkSync(own, file);
    } catch {
      // Another process was faster.
    }
  }
  rmSync(own);
  const first = readFileSync(file, 'utf8');
  firstRuns.set(executionId, first);
  return first === laneRunId;
}

const spoilt = { exception: 'spoilt' };
const database = await openDatabase(location);
const runtime = new InProcessRuntime(
  {
    echo: lambda((item) => ({ value: item })),
    flaky: lambda((item, isFirst) => (isSpoilt(item) && isFirst() ? spoilt : { value: item })),
    broken: lambda((item) => (isSpoilt(item) ? spoilt : { value: secondOf(item) })),
    mendable: lambda((item) => (isSpoilt(item) && !existsSync(join(dataDir, mendedFile)) ? spoilt : { value: item })),
    second: lambda((item) => ({ value: secondOf(item) })),
    silent: lambda(() => ({})),
    obedient: async (job, control, task) => {
      appendFileSync(callsFile, `${Date.now()} ${nodeId}\n`);
      const outcome = await untilStopped(job, control, task);
      appendFileSync(join(dataDir, stoppedFile), `${nodeId}\n`);
      return outcome;
    },
  },
  { runners: 2 },
);
const engine = new Engine({
  config: { ...defaultEngineConfig(dataDir, nodeId), notify },
  database,
  runtime,
  files: { pythonCommand: null },
  environment: { open: async () => await Promise.resolve({}), close: () => undefined },
  log: silentLogger,
});
await engine.start();
process.send?.('started');
// The test that started this process may die without a chance to stop it.
process.on('disconnect', () => process.exit(1));
