/** The short form of fuzzing: a real server, about 3,000 requests from its own API description; `npm run fuzz -- --requests 100000` is the long one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzz, type FuzzResult } from './fuzz.ts';
import { startFuzzedServer, type FuzzedServer } from './server.ts';

const seed = Number(process.env['LANEWAY_TEST_FUZZ_SEED'] ?? 7);
/** Files that the lambdas of one execution hold, and some to spare. */
const ownFiles = 30;

let server: FuzzedServer;
let openAtFirst: number;
let result: FuzzResult;

beforeAll(async () => {
  server = await startFuzzedServer();
  openAtFirst = server.openFiles();
  result = await fuzz({ url: server.url, token: server.token, identity: server.identity, requests: 3000, seed });
}, 300_000);

afterAll(async () => await server.stop());

test('no request, however odd, makes the server fail, hang or answer what it does not describe (rest R15)', () => {
  expect(result.tally.problems, `seed ${seed}`).toEqual([]);
  expect(result.tally.total).toBeGreaterThan(2900);
});

test('each operation succeeds, and a quarter of all answers are successes', () => {
  expect(result.operationIds.filter((id) => result.tally.successes(id) === 0)).toEqual([]);
  expect(result.tally.goodShare).toBeGreaterThan(0.25);
});

test('an execution that runs all the while goes on', () => {
  expect(result.running).toMatchObject({ status: 'active' });
  expect(result.running.itemsProcessed).toBeGreaterThan(0);
});

test('no connection, file or process is left behind', async () => {
  expect(await server.settledFiles(openAtFirst + ownFiles)).toBeLessThanOrEqual(openAtFirst + ownFiles);
});
