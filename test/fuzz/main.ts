/** `npm run fuzz -- --requests 100000 --seed 7`: the long form, with what came of it by operation. */
import { parseArgs } from 'node:util';
import { startTestPostgres } from '../support/postgres-server.ts';
import { fuzz } from './fuzz.ts';
import { shown } from './memory.ts';
import { startFuzzedServer } from './server.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '3000' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: '8' },
    /** An empty database; `test`: a PostgreSQL of the tests, for this run. */
    'database-url': { type: 'string' },
  },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const requests = Number(values.requests);
/** Those of the lambdas of the execution that runs all the while. */
const ownFiles = 30;
/** Of those on which most time is spent. */
const shownKinds = 8;
const postgres = values['database-url'] === 'test' ? await startTestPostgres() : null;
const server = await startFuzzedServer(postgres?.url ?? values['database-url'] ?? null);
const began = performance.now();
const seconds = (): number => Math.round((performance.now() - began) / 1000);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
/** What the program itself holds, once its caches are filled, may not grow with the requests. */
const maxGrowth = 1.5;
const heaps: number[] = [];
const held = async (): Promise<string> => {
  const memory = await server.memory();
  heaps.push(memory.heap + memory.otherHeaps + memory.external);
  return `${shown(memory)}, ${server.openFiles()} open files`;
};
const openAtFirst = server.openFiles();
say(`seed ${seed}: ${await held()}`);
const { tally, operationIds, running } = await fuzz({
  url: server.url,
  token: server.token,
  identity: server.identity,
  requests,
  seed,
  parallel: Number(values.parallel),
  onProgress: async (sent, times) => {
    if (sent === 0 || sent % Math.max(1000, Math.round(requests / 10)) !== 0) return;
    say(`${sent} sent after ${seconds()} s: ${await held()}`);
    for (const { kind, count, ms } of times.take(shownKinds)) say(`  ${(ms / count).toFixed(1)} ms × ${count}: ${kind}`);
  },
});
say(tally.report());
const rare = operationIds.filter((id) => tally.successes(id) < 20).map((id) => `${id} (${tally.successes(id)})`);
say(`fewer than 20 successes: ${rare.join(', ') || 'none'}`);
say(`the execution is ${running.status}, ${running.itemsProcessed} items done`);
const openAtLast = await server.settledFiles(openAtFirst + ownFiles);
say(`${seconds()} s; at the end ${await held()}; at most ${Math.round(server.peakMb())} MB resident`);
await server.stop();
await postgres?.stop();
const [, warm = 0] = heaps;
const growth = (heaps.at(-1) ?? 0) / warm;
say(`after a tenth of the requests until the end what is held became ${growth.toFixed(2)} times as much`);
if (growth > maxGrowth) process.exitCode = 1;
if (tally.problems.length > 0 || running.status !== 'active' || openAtLast > openAtFirst + ownFiles) process.exitCode = 1;
