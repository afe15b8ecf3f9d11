/** `npm run fuzz -- --requests 100000 --seed 7`: the long form, with what came of it by operation. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { startFuzzedServer } from './server.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '3000' }, seed: { type: 'string' }, parallel: { type: 'string', default: '8' } },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const requests = Number(values.requests);
const server = await startFuzzedServer();
const began = performance.now();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const held = (): string => `${server.openFiles()} open files, ${Math.round(server.residentMb())} MB`;
say(`seed ${seed}: ${held()}`);
const { tally, operations, running } = await fuzz({
  url: server.url,
  token: server.token,
  requests,
  seed,
  parallel: Number(values.parallel),
  onProgress: (sent) => {
    if (sent > 0 && sent % Math.max(1000, Math.round(requests / 20)) === 0) say(`${sent} sent, ${held()}`);
  },
});
say(tally.report());
const rare = operations
  .filter(({ operationId }) => tally.successes(operationId) < 20)
  .map(({ operationId }) => `${operationId} (${tally.successes(operationId)})`);
say(`fewer than 20 successes: ${rare.join(', ') || 'none'}`);
say(`the execution is ${running.status}, ${running.itemsProcessed} items done`);
say(
  `${Math.round((performance.now() - began) / 1000)} s; at the end ${await server.settledFiles(0)} open files, ${Math.round(server.residentMb())} MB, at most ${Math.round(server.peakMb())} MB`,
);
await server.stop();
if (tally.problems.length > 0 || running.status !== 'active') process.exitCode = 1;
