/**
 * A process that runs the engine until it is killed. Its lambda notes every call in a file, so that the test
 * knows how often handlers ran in all lives together.
 */
import { appendFileSync } from 'node:fs';
import { defaultEngineConfig, Engine, openDatabase, silentLogger, type DatabaseLocation } from '@laneway/engine';
import { InProcessRuntime } from '../support/in-process-runtime.ts';

const { location, dataDir, callsFile, nodeId, jobMs } = JSON.parse(process.argv[2] ?? '{}') as {
  location: DatabaseLocation;
  dataDir: string;
  /** One line for each call: time, node, items. */
  callsFile: string;
  nodeId: string;
  /** How long a batch takes. */
  jobMs: number;
};

const database = await openDatabase(location);
const runtime = new InProcessRuntime(
  {
    echo: async (job) => {
      appendFileSync(callsFile, `${Date.now()} ${nodeId} ${job.request.argsBatch.map((args) => String(args['item'])).join(' ')}\n`);
      await new Promise((resolve) => setTimeout(resolve, jobMs));
      const resultsBatch = job.request.argsBatch.map((args) => ({ value: args['item'] }));
      const streamed = job.request.argsBatch.map(() => ({
        resultName: 'stats',
        value: { tsName: 'items', timestamp: 1_700_000_000, value: 1 },
      }));
      return { kind: 'answered', response: { resultsBatch }, streamed };
    },
  },
  { runners: 2 },
);
const engine = new Engine({
  config: defaultEngineConfig(dataDir, nodeId),
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
