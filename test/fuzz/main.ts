/** `npm run fuzz -- --requests 100000 --seed 7`: the long form, with what came of it by operation. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { startFuzzedServer } from './server.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '3000' }, seed: { type: 'string' }, parallel: { type: 'string', default: '8' } },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const requests = Number(values.requests);
/** Those of the lambdas of the execution that runs all the while. */
const ownFiles = 30;
const server = await startFuzzedServer();
const began = performance.now();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const held = (): string => `${server.openFiles()} open files, ${Math.round(server.residentMb())} MB`;
const openAtFirst = server.openFiles();
say(`seed ${seed}: ${held()}`);
const { tally, operationIds, running } = await fuzz({
  url: server.url,
  token: server.token,
  requests,
  seed,
  parallel: Number(values.parallel),
  onProgress: (sent) => {
    if (sent > 0 && sent % Math.max(1000, Math.round(requests / 20)) === 0)
      say(`${sent} sent after ${Math.round((performance.now() - began) / 1000)} s, ${held()}`);
  },
});
say(tally.report());
const rare = operationIds.filter((id) => tally.successes(id) < 20).map((id) => `${id} (${tally.successes(id)})`);
say(`fewer than 20 successes: ${rare.join(', ') || 'none'}`);
say(`the execution is ${running.status}, ${running.itemsProcessed} items done`);
const openAtLast = await server.settledFiles(openAtFirst + ownFiles);
const seconds = Math.round((performance.now() - began) / 1000);
say(`${seconds} s; at the end ${openAtLast} open files, ${Math.round(server.residentMb())} MB, at most ${Math.round(server.peakMb())} MB`);
await server.stop();
if (tally.problems.length > 0 || running.status !== 'active' || openAtLast > openAtFirst + ownFiles) process.exitCode = 1;
