/** Whatever is wrong is said in a sentence that names it, the exit code tells, and nothing is left behind. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../support/postgres.ts';
import { changedDump, referenceDump, smallWorkflow, writeDump } from './dumps.ts';
import {
  cleanUp,
  laneway,
  logOf,
  newDirectory,
  runnersOf,
  runWorkflow,
  startProduct,
  tasksOfLane,
  testLambdas,
  until,
  type CommandResult,
  type Product,
} from './support.ts';

let product: Product;
let directory: string;

beforeAll(async () => {
  const variables = { LANEWAY_JOB_TIMEOUT_SEC: '2', LANEWAY_CANCEL_GRACE_SEC: '1' };
  product = await startProduct({ options: ['--lambdas', testLambdas], variables });
});

afterAll(cleanUp);

beforeEach(() => {
  directory = newDirectory('files');
  writeFileSync(join(directory, 'file1'), '100');
});

/** Everything that a refused import or schedule could leave. */
async function traces(): Promise<unknown> {
  const { client } = product;
  const inventories = await client.registry.inventories();
  const schemas = (await Promise.all(inventories.map(async (id) => await client.registry.workflowSchemas(id)))).flat();
  const spaces = await client.registry.spaces();
  const executions = await Promise.all(
    spaces.flatMap(({ spaceId }) =>
      (['waiting', 'ongoing', 'suspended', 'ended'] as const).map(
        async (phase) => (await client.executions.list(spaceId, { phase, limit: 1000 })).atmWorkflowExecutions,
      ),
    ),
  );
  const headers = { 'x-auth-token': readFileSync(join(product.dataDir, 'admin.token'), 'utf8').trim() };
  const lambdas: unknown = await (await fetch(`${product.url}/api/v3/onezone/atm_lambdas`, { headers })).json();
  return { inventories, schemas: schemas.length, spaces: spaces.map(({ path }) => path), executions: executions.flat().length, lambdas };
}

async function run(dump: string, ...args: readonly string[]): Promise<CommandResult> {
  return await laneway(['run', dump, '--data-dir', product.dataDir, '--dir', directory, ...args]);
}

describe('refused before anything is made', () => {
  const cases: readonly [string, () => string, readonly string[], RegExp][] = [
    ['broken JSON, with its line', () => writeDump('{"name": "x",\n "revision": {\n   oops\n }}'), [], /workflow\.json:3: not valid JSON/],
    [
      'JSON that ends too early, with its line',
      () => writeDump('{"name": "x",\n\n"revision": {"a": 1'),
      [],
      /workflow\.json:3: not valid JSON/,
    ],
    ['an empty file', () => writeDump(''), [], /workflow\.json.*not valid JSON/],
    ['JSON that is no dump', () => writeDump([]), [], /workflow\.json: not a JSON object/],
    ['a file that is not there', () => '/nowhere/workflow.json', [], /cannot read \/nowhere\/workflow\.json: there is no such file/],
    [
      'a dump of an unknown version',
      () => writeDump(readFileSync(referenceDump('demo'), 'utf8').replaceAll(/"schemaFormatVersion": *3/g, '"schemaFormatVersion": 99')),
      ['--input', 'input_files=.'],
      /workflow\.json: "revision\.schemaFormatVersion" is 99, .* 2, 3/,
    ],
    [
      'a dump whose last lane names a store that is not there',
      () =>
        writeDump(
          changedDump('workflow-with-sleep-two-lanes', (dump) => {
            dump.revision.atmWorkflowSchemaRevision.lanes[1]!.storeIteratorSpec.storeSchemaId = 'nosuchstore';
          }),
        ),
      ['--input', 'input=file1'],
      /nosuchstore/,
    ],
    [
      'a dump without one of its lambdas',
      () =>
        writeDump(
          changedDump('workflow-with-sleep-two-lanes', (dump) => {
            dump.revision.atmWorkflowSchemaRevision.lanes[1]!.parallelBoxes[2]!.tasks[0]!.lambdaId = 'nosuchlambda';
          }),
        ),
      ['--input', 'input=file1'],
      /nosuchlambda/,
    ],
    ['no input for a store that needs one', () => referenceDump('demo'), [], /no input for "input_files"/],
    [
      'an input for a store that is not there',
      () => referenceDump('demo'),
      ['--input', 'files=.'],
      /files: the workflow has no such store/,
    ],
    [
      'an input outside the space',
      () => referenceDump('demo'),
      ['--input', 'input_files=../x'],
      /"\.\.\/x" is not a path inside the space/,
    ],
    ['an input that is no file of the space', () => referenceDump('demo'), ['--input', 'input_files=nothere'], /has no file "nothere"/],
    ['a pattern that nothing matches', () => referenceDump('demo'), ['--input', 'input_files=*.none'], /no file of .* matches "\*\.none"/],
    [
      'an absolute input',
      () => referenceDump('demo'),
      ['--input', 'input_files=/etc/passwd'],
      /"\/etc\/passwd" is not a path inside the space/,
    ],
  ];

  test.each(cases)('%s', async (_name, dump, args, message) => {
    const before = await traces();
    const { code, out, err } = await run(dump(), ...args);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe('');
    expect(code).toBe(1);
    expect(await traces()).toEqual(before);
  });

  test('a value of the wrong type', async () => {
    const before = await traces();
    const dump = writeDump(smallWorkflow({ image: 'test/faulty', itemType: 'number' }));
    const { code, err } = await run(dump, '--input', 'input=[1, "two", 3]');
    expect(err).toMatch(/two/);
    expect(err).toMatch(/number/);
    expect(code).toBe(1);
    expect(await traces()).toEqual(before);
  });
});

test('an image that nothing runs fails the execution and lists what was tried', async () => {
  const { code, err } = await run(writeDump(smallWorkflow({ image: 'example/unknown:v7', itemType: 'number' })), '--input', 'input=[1]');
  expect(code).toBe(1);
  expect(err).toContain('Nothing runs the image "example/unknown:v7" (tried: ');
  for (const tried of ['faulty', 'stubborn', 'calculate-checksum', 'echo']) expect(err).toContain(tried);
});

test('a file that cannot be read is a failed item with its reason in the task log; the others are processed', async () => {
  for (let index = 0; index < 20; index += 1) writeFileSync(join(directory, `readable ${index}`), String(index));
  writeFileSync(join(directory, 'unreadable'), 'secret');
  chmodSync(join(directory, 'unreadable'), 0o000);
  const { code, out, err } = await run(referenceDump('calculate-checksums-mounted'), '--input', 'input-files=.', '--json');
  const report = JSON.parse(out) as {
    executionId: string;
    status: string;
    tasks: unknown[];
    stores: { results: { checksum: string | null }[] };
  };
  expect(code).toBe(1);
  expect(report.status).toBe('failed');
  // Both tasks in the first run and in the retry of the one failed item (execution §11).
  expect(report.tasks.slice(0, 2)).toMatchObject([
    { runNumber: 1, itemsProcessed: 23, itemsFailed: 1 },
    { runNumber: 1, itemsProcessed: 23, itemsFailed: 1 },
  ]);
  // There one failure is all items, which stops the other task when it has not begun.
  expect(report.tasks.slice(2)).toContainEqual(expect.objectContaining({ runNumber: 2, itemsProcessed: 1, itemsFailed: 1 }));
  expect(report.stores.results.filter((result) => result.checksum !== null)).toHaveLength(2 * 21);
  expect(err).toMatch(/task (md5|sha256): .*PermissionError/);
});

describe('a handler that goes wrong fails its items with the reason in the task log (lambdas §1.8–1.11)', () => {
  const faults: readonly [string, RegExp][] = [
    ['throws', /ValueError: no such luck/],
    ['exits', /ended with exit code 7/],
    ['few', /expected 3 results, one for each item, but received 2/],
    ['shape', /expected an object with \\*"resultsBatch/],
    ['hangs', /2 ?(s|seconds|000 ms)|time|heartbeat|silent/i],
  ];
  test.each(faults)('%s', async (fault, reason) => {
    const dump = writeDump(smallWorkflow({ image: 'test/faulty', itemType: 'number', batchSize: 3, config: { fault } }));
    const startedAt = performance.now();
    const { code, out, err } = await run(dump, '--input', 'input=[1,2,3]', '--json');
    expect(code).toBe(1);
    const { executionId, status, stores } = JSON.parse(out) as { executionId: string; status: string; stores: { output: unknown[] } };
    expect(status).toBe('failed');
    expect(stores.output).toEqual([]);
    const [task] = await tasksOfLane(product.client, await product.client.executions.details(executionId), 0);
    expect(task).toMatchObject({ status: 'failed', itemsInProcessing: 0, itemsProcessed: 3, itemsFailed: 3 });
    const errors = (await logOf(product.client, task!.systemAuditLogId)).filter((entry) => entry.severity === 'error');
    expect(JSON.stringify(errors)).toMatch(reason);
    expect(err).toMatch(reason);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await until(
      'no runner',
      () => runnersOf(product),
      (left) => left.length === 0,
      { timeoutMs: 5000 },
    );
  });

  test.each(['sqlite', 'postgres'] as const)(
    'what a handler prints is no answer: it goes to the log, and the results are right (%s)',
    async (kind) => {
      // Bytes that are no text are where databases differ.
      const options = kind === 'sqlite' ? [] : ['--database-url', await testDatabaseUrl('acceptance')];
      const server = kind === 'sqlite' ? product : await startProduct({ options: ['--lambdas', testLambdas, ...options] });
      const dump = writeDump(smallWorkflow({ image: 'test/faulty', itemType: 'number', batchSize: 3, config: { fault: 'prints' } }));
      const report = await runWorkflow(server, dump, ['--dir', directory, '--input', 'input=[1,2,3]']);
      expect(report).toMatchObject({ code: 0, status: 'finished', stores: { output: [1, 2, 3] } });
      const { systemAuditLogId } = await server.client.executions.task(report.tasks[0]!.id);
      const log = JSON.stringify(await logOf(server.client, systemAuditLogId));
      expect(log).toContain('garbage');
      expect(log).toContain('and to the other one');
    },
  );
});

test('a lambda folder that is wrong is named, and the server does not start', async () => {
  const lambdas = newDirectory('lambdas');
  mkdirSync(join(lambdas, 'mine'));
  writeFileSync(join(lambdas, 'mine/lambda.yaml'), 'name: mine\nimages: [mine]\npythn: handler.py\n');
  const dataDir = newDirectory('data');
  const { code, err } = await laneway(['serve', '--port', '0', '--no-demo', '--data-dir', dataDir, '--lambdas', lambdas]);
  expect(code).toBe(1);
  expect(err).toMatch(/mine\/lambda\.yaml: .*unknown key "pythn"/);
  expect(existsSync(join(dataDir, 'server.json'))).toBe(false);
});

test('a second server on the same data directory is refused, and the first one goes on', async () => {
  const { code, err } = await laneway(['serve', '--port', '0', '--no-demo', '--data-dir', product.dataDir]);
  expect(code).toBe(1);
  expect(err).toMatch(/in use|another|already|belongs/i);
  expect(await product.client.health()).toBeDefined();
});

test('without a running server `laneway run` brings its own, and leaves none behind', async () => {
  const dataDir = newDirectory('data');
  const args = ['run', referenceDump('demo'), '--data-dir', dataDir, '--dir', directory, '--input', 'input_files=.', '--json'];
  const { code, out, err } = await laneway(args);
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ status: 'finished', stores: { results: expect.arrayContaining(['Hello - file1']) } });
  expect(existsSync(join(dataDir, 'server.json'))).toBe(false);
});
